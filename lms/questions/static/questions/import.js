// Says before the upload that a file is too large; without this the server says it after the upload.
const form = document.querySelector("form[data-max-bytes]");
const input = form?.querySelector('input[type="file"]');

input?.addEventListener("change", () => {
  const tooLarge = input.files.length > 0 && input.files[0].size > Number(form.dataset.maxBytes);
  input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
  if (tooLarge) input.reportValidity();
});

form?.addEventListener("submit", (event) => {
  if (!input.checkValidity()) {
    event.preventDefault();
    input.reportValidity();
  }
});
