// What cannot wait for the entry; a file of its own, because the content security policy allows no inline script.
try {
  const theme = localStorage.getItem('keepwell.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (localStorage.getItem('keepwell.density') === 'comfortable') document.documentElement.dataset.density = 'comfortable';
  // Who is signed in sees the frame of the pages at once, and the code of the open page is on its way (scripts/preload.ts).
  if (sessionStorage.getItem('keepwell.token')) {
    document.documentElement.dataset.boot = 'in';
    const pages = JSON.parse(document.currentScript.dataset.pages ?? '{}');
    for (const href of pages[location.pathname] ?? []) {
      const link = document.createElement('link');
      const kind = href.endsWith('.css') ? { rel: 'preload', as: 'style' } : { rel: 'modulepreload' };
      document.head.append(Object.assign(link, { crossOrigin: '', ...kind, href }));
    }
  }
} catch {
  // Without storage the system's theme is used.
}
