// A tab that is open while a new version is deployed asks for files that are gone. Loading the page again brings the new ones.

const KEY = 'keepwell.renewed';
const AGAIN_AFTER = 60_000;

/** Whether to load the page again: not when that was done just now and did not help. */
export function mayRenew(last: string | null, now: number): boolean {
  return last === null || Number.isNaN(Number(last)) || now - Number(last) > AGAIN_AFTER;
}

/** Loads the page again when a part of the console cannot be fetched. */
export function renewWhenGone(): void {
  addEventListener('vite:preloadError', (event) => {
    const now = performance.timeOrigin + performance.now();
    if (!mayRenew(sessionStorage.getItem(KEY), now)) return;
    sessionStorage.setItem(KEY, String(now));
    event.preventDefault();
    location.reload();
  });
}
