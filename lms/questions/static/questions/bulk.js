// Choosing rows of a bank: all of this page at once, and how many are chosen. Without this script the form works as well.

const form = document.querySelector("form.bulk");

const begin = () => {
  const ticks = [...form.querySelectorAll("input[name=item]")];
  const bar = form.querySelector(".bulk-bar");
  const count = form.querySelector(".bulk-count");
  const all = form.querySelector("input[name=all]");
  const heading = form.querySelector("thead th");

  const page = document.createElement("input");
  page.type = "checkbox";
  const label = document.createElement("label");
  label.className = "bulk-page";
  label.append(page, form.dataset.pageLabel);
  const place = matchMedia("(max-width: 47.99rem)").matches ? bar : heading;
  place.prepend(label);

  const show = () => {
    const chosen = all?.checked ? Number(all.value) : ticks.filter((tick) => tick.checked).length;
    const onPage = ticks.filter((tick) => tick.checked).length;
    page.checked = onPage === ticks.length;
    page.indeterminate = onPage > 0 && !page.checked;
    count.textContent = chosen ? count.dataset.some.replace("{count}", chosen) : count.dataset.none;
    bar.classList.toggle("is-chosen", chosen > 0);
  };

  page.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = page.checked;
    if (all && !page.checked) all.checked = false;
    show();
  });
  all?.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  for (const tick of ticks) {
    tick.addEventListener("change", () => {
      if (all && !tick.checked) all.checked = false;
      show();
    });
  }
  // A page that comes back from the browser's memory keeps its ticks.
  show();
  addEventListener("pageshow", show);
};

if (form) begin();
