// Choosing people by the dozen: all, none, and how many. Without script every box is ticked one by one.

for (const set of document.querySelectorAll("[data-choose]")) {
  const boxes = [...set.querySelectorAll('input[type="checkbox"]')];
  const said = set.querySelector("[data-said]");
  const say = () => {
    said.textContent = said.dataset.words.replace("{n}", boxes.filter((box) => box.checked).length);
  };
  const tick = (checked) => () => {
    for (const box of boxes) box.checked = checked;
    say();
  };
  set.querySelector("[data-all]").addEventListener("click", tick(true));
  set.querySelector("[data-none]").addEventListener("click", tick(false));
  set.addEventListener("change", say);
  set.querySelector(".choose-tools").hidden = false;
  say();
}
