// A link's code stands in its fragment, which browsers send to nobody. Put it into the form, and out of the address bar.
const form = document.querySelector("[data-takes-fragment]");
const code = location.hash.slice(1);
if (form && code) {
  form.elements.token.value = code;
  history.replaceState(null, "", location.pathname);
  // Where nothing else is to be filled in, go on.
  if (form.dataset.takesFragment !== "fill") form.requestSubmit();
}
