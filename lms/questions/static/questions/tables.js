// Tables of Excel, Word and web pages, as the clipboard holds them, to tables in Markdown.

const BLOCKS = "p, div, li, h1, h2, h3, h4, h5, h6, br, tr";

const cellText = (text) => text.replace(/\s+/g, " ").trim().replaceAll("|", "\\|");

/** Rows of texts to a Markdown table; the first row is its head. Empty rows and columns are left out. */
const asMarkdown = (rows) => {
  const filled = rows.filter((row) => row.some((cell) => cell !== ""));
  const width = Math.max(0, ...filled.map((row) => row.length));
  const columns = [...Array(width).keys()].filter((at) => filled.some((row) => (row[at] ?? "") !== ""));
  if (filled.length < 2 || columns.length < 2) return "";
  const [head, ...rest] = filled.map((row) => `| ${columns.map((at) => row[at] ?? "").join(" | ")} |`);
  return [head, `|${" --- |".repeat(columns.length)}`, ...rest].join("\n");
};

/** The cells of a table in HTML; a cell over several columns or rows leaves empty ones behind it. */
const rowsOf = (table) => {
  const rows = [...table.rows].map(() => []);
  [...table.rows].forEach((row, y) => {
    let x = 0;
    for (const cell of row.cells) {
      while (rows[y][x] !== undefined) x += 1;
      const wide = Math.min(cell.colSpan, 50);
      const high = Math.min(cell.rowSpan || 1, rows.length - y);
      for (let down = 0; down < high; down += 1) {
        for (let right = 0; right < wide; right += 1) rows[y + down][x + right] = "";
      }
      rows[y][x] = cellText(cell.textContent);
      x += wide;
    }
  });
  return rows.map((row) => Array.from(row, (cell) => cell ?? ""));
};

/** HTML with a table in it as Markdown: its tables, and the words around them as paragraphs. */
const fromHtml = (html) => {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  for (const gone of body.querySelectorAll("script, style, title, meta, link")) gone.remove();
  const pieces = [];
  const words = [];
  const flush = () => {
    const lines = words.join("").split("\n").map((line) => line.replace(/[^\S\n]+/g, " ").trim());
    const text = lines.filter(Boolean).join("\n\n");
    if (text) pieces.push(text);
    words.length = 0;
  };
  let tables = 0;
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) words.push(node.data.replace(/\s+/g, " "));
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.localName === "table") {
      const table = asMarkdown(rowsOf(node));
      if (table) {
        flush();
        pieces.push(table);
        tables += 1;
        return;
      }
    }
    if (node.matches(BLOCKS)) words.push("\n");
    node.childNodes.forEach(walk);
    if (node.matches(BLOCKS)) words.push("\n");
  };
  body.childNodes.forEach(walk);
  flush();
  return tables ? pieces.join("\n\n") : "";
};

/** Text with tabs between its columns, as spreadsheets copy it: every line must have the same number of them. */
const fromTabs = (text) => {
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
  if (rows.length < 2 || rows.some((row) => row.length !== rows[0].length)) return "";
  return asMarkdown(rows.map((row) => row.map(cellText)));
};

/** What the clipboard holds as Markdown when there is a table in it; "" when it is to be pasted as it is. */
export const tableOf = (html, text) => (/<table/i.test(html) && fromHtml(html)) || fromTabs(text);
