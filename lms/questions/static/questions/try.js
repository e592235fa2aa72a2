// An order on the page of an item can be tried like on a paper.

const { startOrderings } = await import("./ordering.js" + new URL(import.meta.url).search);
startOrderings(document);
