"use strict";
// Offers the answer as a video where the browser can record one. The recorder itself is loaded when somebody wants it.
(() => {
  const { nonce, dataset } = document.currentScript;
  const box = document.getElementById("video-reply"), record = document.getElementById("record");
  const problem = document.getElementById("record-problem");
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  box.hidden = false;
  record.addEventListener("click", () => {
    const script = document.createElement("script");
    record.disabled = true;
    problem.textContent = "";
    script.nonce = nonce;
    script.src = `${box.dataset.to}/recorder.js`;
    script.addEventListener("error", () => {
      script.remove();
      record.disabled = false;
      problem.textContent = dataset.problem;
    });
    document.body.append(script);
  });
})();
