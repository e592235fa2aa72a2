// "Not met" needs a reason: its fields open by themselves. Without this script they open by hand.
document.addEventListener("change", ({ target }) => {
  if (target.type !== "radio" || target.value !== "not_met") return;
  const more = target.closest(".condition")?.querySelector(".condition-more");
  if (more) more.open = true;
});
