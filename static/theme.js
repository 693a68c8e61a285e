// Before the first paint: the remembered colours and folded columns, so that nothing flashes or jumps.
(function () {
  "use strict";
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    for (const side of ["left", "right"]) {
      if (localStorage.getItem("fold-" + side) === "1") root.dataset[side] = "folded";
    }
  } catch {
    // Storage may be forbidden: the page then follows the system and starts unfolded.
  }
})();
