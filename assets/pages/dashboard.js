'use strict';
// Times in the reader's own zone, and what has changed without a reload. The page is whole without this.
(() => {
  const kAgain = 3000;
  const kRefused = 15000;
  const kShown = 10000;
  const root = document.body.dataset.root;
  const main = document.getElementById('main');
  const live = document.getElementById('live');
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  let announced = main.dataset.edition;
  let source;
  let busy = false;
  let asked = false;
  let timer;
  let told;

  const tellTimes = (inside) => {
    for (const element of inside.querySelectorAll('time')) {
      element.title = element.textContent;
      element.textContent = time.format(new Date(element.dateTime));
    }
  };

  // By row, what there is to tell of it.
  const toldIn = (inside) => new Map([...inside.querySelectorAll('[data-row]')].map((row) => [row.dataset.row, row.dataset.told]));

  const tell = (before, after) => {
    const changes = [...after].filter(([row, words]) => before.get(row) !== words).map(([, words]) => words);
    if (changes.length === 0) return;
    const more = changes.length > 3 ? `, and ${changes.length - 3} more` : '';
    live.textContent = `Changed: ${changes.slice(0, 3).join('; ')}${more}.`;
    clearTimeout(told);
    told = setTimeout(() => { live.textContent = ''; }, kShown);
  };

  // What the reader has in hand must not be taken away: a text that is marked, a video that plays.
  const isInUse = () => document.hidden || !getSelection().isCollapsed || [...main.querySelectorAll('video')].some((video) => !video.paused);

  const replace = (page) => {
    const focused = document.activeElement?.id;
    const open = [...main.querySelectorAll('details[open]')].map((details) => details.id);
    const { scrollX, scrollY } = window;
    const before = toldIn(main);
    for (const old of main.querySelectorAll('[data-live]')) {
      const fresh = page.getElementById(old.id);
      if (!fresh) continue;
      tellTimes(fresh);
      if (!fresh.isEqualNode(old)) old.replaceWith(document.adoptNode(fresh));
    }
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.scrollTo(scrollX, scrollY);
    main.dataset.edition = page.getElementById('main').dataset.edition;
    tell(before, toldIn(main));
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, kAgain);
  };

  // A page may be older than the news, while the server reads a large campaign: then once more. Of another server's
  // news nothing can be said.
  const isBehind = () => {
    const server = (edition) => edition.slice(0, edition.lastIndexOf('.'));
    return main.dataset.edition !== announced && server(main.dataset.edition) === server(announced);
  };

  async function refresh() {
    if (busy) {
      asked = true;
      return;
    }
    if (isInUse()) return later();
    busy = true;
    asked = false;
    try {
      const answer = await fetch(location.href, { cache: 'no-store', credentials: 'same-origin' });
      if (answer.status === 403 || answer.status === 404) return location.reload();  // signed out, or erased
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        if (!page.querySelector('form[action$=logout]')) return location.reload();  // the form to sign in
        replace(page);
      }
      if (!answer.ok || asked || isBehind()) later();
    } catch {
      later();
    } finally {
      busy = false;
    }
  }

  const listen = () => {
    source = new EventSource(`${root}/events?seen=${encodeURIComponent(main.dataset.edition)}`);
    source.addEventListener('changed', (event) => {
      announced = event.data;
      refresh();
    });
    // The server asks anew who is there.
    source.addEventListener('over', () => {
      source.close();
      listen();
    });
    // It comes again by itself unless it was refused: then the session is over, or the server has too much to do.
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      refresh();
      setTimeout(listen, kRefused);
    });
  };

  tellTimes(main);
  listen();
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => {
    if (event.persisted) {
      listen();
      refresh();
    }
  });
})();
