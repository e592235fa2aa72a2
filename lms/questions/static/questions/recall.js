// What htmx leaves to us after an answer: showing a refused form, and where the focus goes on.

const ordering = import("./ordering.js" + new URL(import.meta.url).search);
const startOrderings = async (root) => (await ordering).startOrderings(root);
startOrderings(document);

const inRecall = (event) => event.target instanceof Element && event.target.closest(".recall-item");

document.addEventListener("htmx:beforeSwap", (event) => {
  // 422 is the item again with what is missing; htmx would drop it as an error.
  if (event.detail.xhr.status === 422 && inRecall(event)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:afterSettle", async (event) => {
  const item = inRecall(event);
  if (item) await startOrderings(item);
  if (!item || item.contains(document.activeElement)) return;
  if (document.activeElement !== document.body) return; // the reader has moved on by then
  const next = item.querySelector("input[autofocus], :is(input:not([type=hidden]), select, textarea, .order-move):not([disabled], [hidden] *), a[id$='-again']");
  next?.focus({ preventScroll: true });
});
