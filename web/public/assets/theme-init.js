// The chosen theme before the first paint; a file of its own, because the content security policy allows no inline script.
try {
  const theme = localStorage.getItem('keepwell.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (localStorage.getItem('keepwell.density') === 'comfortable') document.documentElement.dataset.density = 'comfortable';
  // Who is signed in sees the frame of the pages at once.
  if (sessionStorage.getItem('keepwell.token')) document.documentElement.dataset.boot = 'in';
} catch {
  // Without storage the system's theme is used.
}
