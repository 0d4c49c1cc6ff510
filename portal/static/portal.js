// Small comforts on top of htmx. Every page works without them.
"use strict";

(() => {
  const lost = () => document.getElementById("lost");
  let open = new Set();

  // What the reader has unfolded stays unfolded when the board refreshes.
  document.addEventListener("htmx:beforeSwap", () => {
    open = new Set(Array.from(document.querySelectorAll("details[id][open]"), (details) => details.id));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
  });

  // A lost connection leaves the page, and every typed figure, as it is; it only says so.
  for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(event, () => { lost().hidden = false; });
  }
  document.addEventListener("htmx:beforeSwap", () => { lost().hidden = true; });
})();
