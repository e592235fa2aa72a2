// Keys for reviewing one item after the other: Ctrl (or Cmd) with Enter or an arrow presses the button that bears it.

const isTyping = (target) =>
  target instanceof HTMLElement && target.closest("textarea, input, select") !== null;

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.repeat) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
