// Choosing a panel: a filter by name and a count. Without this script the list is simply long.

const tools = document.querySelector("[data-rater-tools]");
if (tools) {
  const rows = [...document.querySelectorAll(".rater-choice")];
  const filter = tools.querySelector("input");
  const line = tools.querySelector("[data-chosen]");
  const count = () => {
    const chosen = rows.filter((row) => row.querySelector("input").checked).length;
    line.textContent = line.dataset.words.replace("{n}", chosen);
  };
  filter.addEventListener("input", () => {
    const words = filter.value.trim().toLowerCase();
    for (const row of rows) {
      // Whoever is chosen stays in sight, so that nobody is invited unseen.
      row.hidden = !row.textContent.toLowerCase().includes(words) && !row.querySelector("input").checked;
    }
  });
  // Enter in the filter must not book.
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  for (const row of rows) row.addEventListener("change", count);
  tools.hidden = false;
  count();
}
