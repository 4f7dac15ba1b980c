// Reloads the bench when the file on it, or a file of feeds/, was saved.
"use strict";

const { stamp, asks } = document.body.dataset;

async function look() {
  try {
    const answer = await fetch(asks, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== stamp) location.reload();
  } catch {
    document.body.classList.add("ended"); // the command was ended: nothing more will come
    return;
  }
  document.body.classList.remove("ended");
}

setInterval(look, 500);
