// Sets the theme before the first paint. A file of its own because a strict Content-Security-Policy forbids inline scripts.
try {
  const kept = localStorage.getItem('millrace.theme')
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
} catch {
  document.documentElement.dataset.theme = 'light'
}
