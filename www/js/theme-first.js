// Before anything is painted: the theme that the reader chose. Not a module, because modules wait.
try {
  const theme = localStorage.getItem('chronologer.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is refused: the system's theme it is.
}
