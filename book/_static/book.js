// Runs before the theme's and the widgets' scripts. What they need, and what they leave out:

// 1. The icon script swaps each <i> for an <svg>; nested, the widget's Play button keeps the <i> it listens on.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };

// 2. The widgets call MathJax 2's queue; MathJax 3 has a promise instead. MathJax replaces window.MathJax when it
//    starts, so the shim is put there once it is ready.
window.addEventListener("load", () => {
  const mathjax = (window.MathJax = window.MathJax || {});
  mathjax.Hub = mathjax.Hub || {
    Queue: ([command, , element]) =>
      command === "Typeset" && mathjax.typesetPromise && mathjax.typesetPromise(element ? [element] : undefined),
  };
});

// 3. The widgets' controls have no names for those who hear the page.
const names = [
  [".widget-play button:nth-of-type(1)", "Play or pause"],
  [".widget-play button:nth-of-type(2)", "Stop"],
  [".scrubber .noUi-handle", "Frame"],
];
new MutationObserver(() => {
  for (const [selector, name] of names) {
    for (const control of document.querySelectorAll(`${selector}:not([aria-label])`)) control.ariaLabel = name;
  }
}).observe(document, { childList: true, subtree: true });

// A wide table or formula scrolls inside its own box: let the keyboard reach it.
window.addEventListener("load", () => {
  for (const box of document.querySelectorAll("div.math, .pst-scrollable-table-container, div.cell_output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
});
