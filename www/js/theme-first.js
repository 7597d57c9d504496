// Before anything is painted: the theme that the reader chose. Not a module, because modules wait.
try {
  const theme = JSON.parse(localStorage.getItem('chronologer.theme') ?? 'null');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is refused: the system's theme it is.
}
