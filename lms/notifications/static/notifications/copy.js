// A button that copies a link. Without this the link is there to be selected by hand.
for (const place of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // plain http on another machine: the browser offers no clipboard
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = place.dataset.copyLabel;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(place.dataset.copy);
    said.textContent = place.dataset.copied;
  });
  place.append(button, said);
}
