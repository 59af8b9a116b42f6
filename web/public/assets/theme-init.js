// The chosen theme before the first paint; a file of its own, because the content security policy allows no inline script.
try {
  const theme = localStorage.getItem('keepwell.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (localStorage.getItem('keepwell.density') === 'comfortable') document.documentElement.dataset.density = 'comfortable';
} catch {
  // Without storage the system's theme is used.
}
