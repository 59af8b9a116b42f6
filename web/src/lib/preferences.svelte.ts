// What one person set on this device: theme, density, single-key shortcuts, the rail.

export type Theme = 'system' | 'light' | 'dark';

function stored(name: string): string | null {
  try {
    return localStorage.getItem(`keepwell.${name}`);
  } catch {
    return null;
  }
}

function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`keepwell.${name}`);
    else localStorage.setItem(`keepwell.${name}`, value);
  } catch {
    // A browser without storage forgets it; nothing else is lost.
  }
}

const savedTheme = stored('theme');
let theme = $state<Theme>(savedTheme === 'light' || savedTheme === 'dark' ? savedTheme : 'system');
let comfortable = $state(stored('density') === 'comfortable');
let singleKeys = $state(stored('single-keys') !== 'off');

export const preferences = {
  get theme(): Theme {
    return theme;
  },
  set theme(value: Theme) {
    theme = value;
    store('theme', value === 'system' ? null : value);
    const root = document.documentElement;
    if (value === 'system') delete root.dataset.theme;
    else root.dataset.theme = value;
  },
  get comfortable(): boolean {
    return comfortable;
  },
  set comfortable(value: boolean) {
    comfortable = value;
    store('density', value ? 'comfortable' : null);
    if (value) document.documentElement.dataset.density = 'comfortable';
    else delete document.documentElement.dataset.density;
  },
  /** Whether `g p`, `j`, `e` and their like act (WCAG 2.1.4: they can be switched off). */
  get singleKeys(): boolean {
    return singleKeys;
  },
  set singleKeys(value: boolean) {
    singleKeys = value;
    store('single-keys', value ? null : 'off');
  },
};
