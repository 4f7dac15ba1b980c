// What a page can do beyond links and forms: copy an address, and show at once the feed of a choice.
// Nothing needs it: without script the address can be selected and the form leads to the same feed.
"use strict";

for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // where the address is not https
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 3000);
  });
}

// The canonical stem of a selection, as syndicate/selection.py writes it.
function stemOf(topics, kinds, selection) {
  if (!selection) return "/feed";
  if (kinds.length === 1 && !topics.length) return `/kinds/${kinds[0]}/feed`;
  return `/topics/${selection}/feed`;
}

for (const form of document.querySelectorAll("form[data-root]")) {
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  const chosen = (name) =>
    boxes.filter((box) => box.name === name && box.checked).map((box) => box.value).sort();
  const show = () => {
    const topics = chosen("topic");
    const kinds = chosen("kind");
    const full = topics.length + kinds.length >= Number(form.dataset.most);
    for (const box of boxes) box.disabled = full && !box.checked;
    const selection = [...topics, ...kinds.map((kind) => `kind:${kind}`)].join("+");
    const stem = stemOf(topics, kinds, selection);
    const address = `${form.dataset.root}${stem}.atom`;
    document.getElementById("feed-address").value = address;
    for (const link of document.querySelectorAll("[data-reader]"))
      link.href = link.dataset.reader.replace("{feed}", encodeURIComponent(address));
    for (const link of document.querySelectorAll("[data-stem]"))
      link.href = (link.dataset.base ?? form.dataset.root) + stem + link.dataset.stem;
    for (const link of document.querySelectorAll("[data-alerts]"))
      link.href = link.dataset.alerts + (selection && `?selection=${encodeURIComponent(selection)}`);
    for (const link of document.querySelectorAll("[data-opml]")) {
      link.parentElement.hidden = topics.length + kinds.length < 2;
      link.href = `${form.dataset.root}/topics/${selection}/opml`;
    }
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", () => { // who comes back finds boxes ticked
    show();
    if (boxes.some((box) => box.checked)) form.closest("details").open = true;
  });
}
