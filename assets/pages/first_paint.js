// The page is first painted with its poster; without it after a moment, and at once where there are no scripts.
(() => {
  const MOST_MS = 700;
  const { style } = document.documentElement;
  const show = () => { style.visibility = ""; };
  const poster = new Image();
  style.visibility = "hidden";
  poster.src = document.querySelector("link[as=image]").href;
  poster.decode().then(show, show);
  setTimeout(show, MOST_MS);
})();
