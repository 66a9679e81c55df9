// What the phone pages can do beyond plain forms: one question a screen, answers kept on the phone, sending that survives a bad network.
// Every rule is checked again by the server; without this file the pages work as ordinary forms.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  const $ = (s, e) => (e || document).querySelector(s);
  const $$ = (s, e) => Array.from((e || document).querySelectorAll(s));
  const reveal = (e, on) => { if (e) e.hidden = !on; };
  const after = (ms) => new Promise((done) => { setTimeout(done, ms); });

  // Browsers write localStorage to the disk seconds later; a battery that dies right after a tap would take that tap along. So it is written to IndexedDB
  // too, which says when it is safe. Where that is refused, every call gives null.
  let opening = null;
  function disk(mode, act) {
    opening = opening || new Promise((done, fail) => {
      const r = indexedDB.open('huisheng', 1);
      r.onupgradeneeded = () => r.result.createObjectStore('kept');
      r.onsuccess = () => done(r.result);
      r.onerror = () => fail(r.error);
    });
    return opening.then((db) => new Promise((done, fail) => {
      const t = db.transaction('kept', mode, { durability: 'strict' }), r = act(t.objectStore('kept'));
      t.oncomplete = () => done(r && r.result);
      t.onerror = t.onabort = () => fail(t.error);
    })).catch(() => null);
  }

  // What is kept on the phone. Where all storage is refused (private windows), answers live as long as the page.
  const memory = {};
  const kept = {
    get(k) { try { return JSON.parse(localStorage.getItem('hs:' + k)); } catch (e) { return memory[k] || null; } },
    put(k, v) { memory[k] = v; try { localStorage.setItem('hs:' + k, JSON.stringify(v)); } catch (e) { /* full or refused */ } },
    set(k, v) {
      v.at = Date.now();
      kept.put(k, v);
      return disk('readwrite', (s) => s.put(v, k));
    },
    // load makes sure that get gives the newest that was ever set, also after the browser died.
    async load(k) {
      const v = await Promise.race([disk('readonly', (s) => s.get(k)), after(1000)]), old = kept.get(k);
      if (v && (!old || v.at > (old.at || 0))) kept.put(k, v);
    },
    // tidy forgets what belongs to rounds that are closed.
    tidy() {
      const over = (v) => v && v.until && v.until < Date.now();
      try {
        Object.keys(localStorage).filter((k) => k.indexOf('hs:') === 0 && over(kept.get(k.slice(3)))).forEach((k) => localStorage.removeItem(k));
      } catch (e) { /* refused */ }
      disk('readwrite', (s) => {
        s.openCursor().onsuccess = (e) => {
          const c = e.target.result;
          if (!c) return;
          if (over(c.value)) c.delete();
          c.continue();
        };
      });
    },
    drop(k) {
      delete memory[k];
      try { localStorage.removeItem('hs:' + k); } catch (e) { /* refused */ }
      return disk('readwrite', (s) => s.delete(k));
    },
  };
  // Where this person came in, to send them there when a session ends. Of this tab only.
  const start = {
    get() { try { return sessionStorage.getItem('hs:start'); } catch (e) { return null; } },
    set(v) { try { sessionStorage.setItem('hs:start', v); } catch (e) { /* refused */ } },
  };

  function post(form, extra, accept, headers) {
    const body = new URLSearchParams(new FormData(form));
    if (extra && extra.name) body.append(extra.name, extra.value);
    return request(form.action, body, accept, headers);
  }

  async function request(url, body, accept, headers, patience) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience || 20000);
    try {
      const all = Object.assign({ Accept: accept, 'Accept-Language': root.lang }, headers);
      const r = await fetch(url, { method: 'POST', body, headers: all, credentials: 'same-origin', signal: stop.signal });
      return { r, text: await r.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  // Letters in two sizes, remembered for a year.
  function sizes() {
    const a = $('#size');
    a.addEventListener('click', (e) => {
      e.preventDefault();
      const on = root.classList.toggle('large');
      [a.textContent, a.dataset.other] = [a.dataset.other, a.textContent];
      document.cookie = 'huisheng_size=' + (on ? 'large' : 'normal') + ';path=/;max-age=31536000;samesite=lax' + (location.protocol === 'https:' ? ';secure' : '');
    });
  }

  // Forms whose answer is a page or an address: sent in place, so that a lost connection loses nothing that was typed.
  function swapped(form) {
    const main = $('#main');
    let pressed = null;
    $$('button', form).forEach((b) => b.addEventListener('click', () => { pressed = b; }));
    form.addEventListener('submit', async (e) => {
      e.preventDefault();
      const button = pressed || $('button', form);
      if (form.dataset.busy) return;
      form.dataset.busy = '1';
      const label = button.textContent;
      button.textContent = main.dataset.wait;
      fault(form, '');
      try {
        await Promise.all(form.sending || []); // photos that are still on their way belong to it
        const { r, text } = await post(form, pressed, 'text/html', { 'X-Swap': '1' });
        const next = r.headers.get('X-Next');
        if (next) {
          if (/^\/(i|p|f)/.test(location.pathname)) start.set(location.pathname);
          location.assign(next);
          return;
        }
        if (r.status >= 500 && r.status !== 501) throw new Error('down');
        swap(text);
      } catch (err) {
        fault(form, main.dataset.slow);
      }
      button.textContent = label;
      pressed = null;
      delete form.dataset.busy;
    });
  }

  function fault(form, text) {
    let p = $('[data-fault]', form);
    if (!p) {
      p = document.createElement('p');
      p.className = 'bad';
      p.dataset.fault = '';
      p.setAttribute('role', 'alert');
      form.append(p);
    }
    p.textContent = text;
    p.hidden = !text;
  }

  function swap(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const from = $('#main', page);
    document.title = page.title;
    $('#main').replaceChildren(...from.childNodes);
    parts();
    const first = $('[aria-invalid]') || $('#otp') || $('h1');
    if (first) first.focus();
    if (first && first.select) first.select(); // what was wrong is typed over
    if (!$('[aria-invalid]')) scrollTo(0, 0);
  }

  // A form of words that is kept until it was sent.
  async function keeping(form) {
    const k = form.dataset.keep;
    await kept.load(k);
    const old = kept.get(k);
    if (old && !$('.bad:not([hidden])', form)) {
      $$('input,textarea', form).forEach((i) => {
        if (!(i.name in old)) return;
        if (i.type === 'radio') i.checked = i.value === old[i.name];
        else i.value = old[i.name];
      });
    }
    const save = () => {
      const all = new FormData(form);
      kept.set(k, Object.assign(Object.fromEntries(all), { files: all.getAll('file'), until: Date.now() + 7 * 864e5 }));
    };
    form.addEventListener('input', save);
    form.addEventListener('photos', save);
    $$('[data-photos]', form).forEach((box) => photos(box, form, (old && old.files) || []));
    const real = $('[data-real]', form);
    const who = () => {
      const v = $('[name=visibility]:checked', form);
      reveal(real, !v || v.value !== 'anonymous');
      if (v && v.value === 'anonymous') $('input', real).value = '';
    };
    if (real) { form.addEventListener('change', who); who(); }
  }

  // Photos of a complaint: made small on the phone, which also takes out where they were taken, and sent one by one while the person writes.
  function photos(box, form, before) {
    const d = box.dataset, input = $('input[type=file]', box), list = $('[data-list]', box), bad = $('[data-bad]', box);
    const say = (text) => { bad.textContent = text; bad.hidden = !text; };
    const changed = () => form.dispatchEvent(new Event('photos'));
    form.sending = [];
    input.removeAttribute('name'); // the form names them by their ids
    const row = (id, picture) => {
      const li = document.createElement('li'), img = document.createElement('img'), span = document.createElement('span'), b = document.createElement('button');
      li.className = 'photo';
      img.alt = '';
      if (picture) img.src = URL.createObjectURL(picture);
      span.textContent = id ? d.ready : d.wait;
      b.type = 'button';
      b.className = 'plain';
      b.textContent = d.remove;
      b.addEventListener('click', () => { li.remove(); say(''); changed(); });
      if (picture) li.append(img);
      li.append(span, b);
      if (id) name(li, id);
      list.append(li);
      return li;
    };
    const name = (li, id) => {
      const hidden = document.createElement('input');
      hidden.type = 'hidden';
      hidden.name = 'file';
      hidden.value = id;
      li.append(hidden);
      $('span', li).textContent = d.ready;
    };
    const named = $$('input[name=file]', box).map((i) => { i.remove(); return i.value; });
    (named.length ? named : before).forEach((id) => row(id));
    // A photo is tried again by itself, with the same key, until the server has said yes or no, or somebody takes it off the list.
    const upload = async (small, li) => {
      const key = Math.random().toString(36).slice(2) + Date.now().toString(36);
      for (let n = 1; li.isConnected; n++) {
        try {
          const { r, text } = await request('/r/photo', small, 'application/json', { 'Idempotency-Key': key, 'Content-Type': 'application/octet-stream' }, 60000);
          if (r.status !== 429 && r.status < 500) {
            const doc = JSON.parse(text);
            if (r.ok) name(li, doc.id);
            else { li.remove(); say(doc.detail); }
            changed();
            return;
          }
        } catch (e) { /* no connection, or not our server */ }
        $('span', li).textContent = d.again;
        await new Promise((done) => { setTimeout(done, Math.min(15, n * 2) * 1000); addEventListener('online', done, { once: true }); });
      }
    };
    input.addEventListener('change', async () => {
      const chosen = Array.from(input.files);
      input.value = '';
      say('');
      for (const file of chosen) {
        if (list.children.length >= Number(d.photos)) { say(d.many); return; }
        const small = await shrink(file);
        form.sending.push(upload(small, row('', small)));
      }
    });
  }

  async function shrink(file) {
    try {
      const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
      const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
      const c = document.createElement('canvas');
      c.width = Math.round(image.width * scale);
      c.height = Math.round(image.height * scale);
      c.getContext('2d').drawImage(image, 0, 0, c.width, c.height);
      return await new Promise((done) => { c.toBlob((b) => done(b || file), 'image/jpeg', 0.82); });
    } catch (e) { // the server says what is wrong with it
      return file;
    }
  }

  // The page that shows a case number and a passphrase this once.
  function filed(box) {
    const d = box.dataset;
    kept.drop(d.done);
    const no = $('#case-no').textContent, pass = $('#passphrase').textContent;
    const status = $('[role=status]', box);
    $('[data-picture]', box).addEventListener('click', () => {
      const old = $('.shot', box);
      if (old) old.remove();
      const img = document.createElement('img');
      img.className = 'shot';
      img.src = picture([[d.title, 34], [d.no, 26], [no, 44], [d.pass, 26], [pass, 44], [d.how, 22]]);
      img.alt = no + ' ' + pass;
      box.append(img);
      status.textContent = d.hint;
      const a = document.createElement('a');
      a.href = img.src;
      a.download = no + '.png';
      a.click();
    });
    $('[data-copy]', box).addEventListener('click', async () => {
      const text = d.no + ' ' + no + '\n' + d.pass + ' ' + pass;
      try {
        await navigator.clipboard.writeText(text);
      } catch (e) { // refused, or an old browser
        const t = document.createElement('textarea');
        t.value = text;
        box.append(t);
        t.select();
        document.execCommand('copy');
        t.remove();
      }
      status.textContent = d.copied;
    });
  }

  function picture(lines) {
    const c = document.createElement('canvas');
    c.width = 720; c.height = 500;
    const g = c.getContext('2d');
    g.fillStyle = '#fff'; g.fillRect(0, 0, c.width, c.height);
    g.fillStyle = '#0b4f80'; g.fillRect(0, 0, c.width, 12);
    let y = 40;
    lines.forEach(([text, size]) => {
      g.fillStyle = size === 44 ? '#18222c' : '#4d5c6a';
      g.font = (size > 30 ? 'bold ' : '') + size + 'px ' + getComputedStyle(document.body).fontFamily;
      let line = '';
      for (const ch of text + '\n') {
        if (ch === '\n' || g.measureText(line + ch).width > c.width - 80) {
          y += size * 1.5;
          g.fillText(line, 40, y);
          line = ch === '\n' ? '' : ch;
        } else line += ch;
      }
      y += size > 40 ? 12 : 4;
    });
    return c.toDataURL('image/png');
  }

  const fields = (s) => $$('[name]', s);
  function value(s) {
    const on = fields(s).find((f) => (f.type === 'radio' || f.type === 'checkbox' ? f.checked : true));
    return on ? on.value.trim() : '';
  }
  // Which of the questions are asked after the answers so far. The same rules are in the form's definition on the server.
  function asked(steps) {
    const list = [], by = {};
    let ended = false;
    steps.forEach((s) => {
      const q = s.dataset;
      by[q.step] = s;
      if (ended || (q.consent && value(by[q.consent]) !== 'yes')) return;
      if (q.if && (list.indexOf(by[q.if]) < 0 || q.in.split(' ').indexOf(value(by[q.if])) < 0)) return;
      list.push(s);
      ended = !!q.ends && q.ends.split(' ').indexOf(value(s)) >= 0;
    });
    return list;
  }

  // A form that shows all its questions, but only those that are asked.
  function ruled(form) {
    const steps = $$('.step', form);
    const apply = () => {
      const list = asked(steps);
      steps.forEach((s) => {
        const on = list.indexOf(s) >= 0;
        reveal(s, on);
        fields(s).forEach((f) => { f.disabled = !on; });
      });
    };
    form.addEventListener('change', apply);
    apply();
  }

  // The questionnaire: one screen a question.
  function wizard(form) {
    const d = form.dataset;
    const steps = $$('.step', form);
    const by = {};
    steps.forEach((s) => { by[s.dataset.step] = s; });
    const hidden = (n) => $('input[type=hidden][name=' + n + ']', form);
    const draft = kept.get(d.draft) || { values: {}, key: hidden('key').value, started: hidden('started_at').value, until: Number(d.until) };
    let at = null, back = false, arrows = false, busy = false, wake = null;
    const status = $('#status', form);

    const name = (s) => (s.dataset.step === 'notice' || s.dataset.step === 'wage' ? s.dataset.step : 'a.' + s.dataset.step);
    function put(s, v) {
      fields(s).forEach((f) => {
        if (f.type === 'radio' || f.type === 'checkbox') f.checked = f.value === v;
        else f.value = v;
      });
    }
    // save keeps the answers; what it gives waits until they are on the phone's disk, a second at most.
    function save() {
      draft.values = {};
      steps.forEach((s) => { if (fields(s).length && value(s)) draft.values[name(s)] = value(s); });
      draft.step = at && at.dataset.step;
      return d.preview || Promise.race([kept.set(d.draft, draft), after(1000)]);
    }
    function restore(from) {
      steps.forEach((s) => {
        const n = name(s);
        if (fields(s).length && n in from.values) put(s, from.values[n]);
      });
    }

    // The screens that the answers so far lead through.
    const path = () => [by.notice].concat(asked(steps.filter((s) => s !== by.notice && s !== by.review)), by.review);
    const questions = (list) => list.filter((s) => s.dataset.type);
    const needs = (s) => s.dataset.step === 'notice' || s.dataset.step === 'wage' || 'required' in s.dataset;
    const open = (list) => list.find((s) => s !== by.review && needs(s) && !value(s)) || by.review;

    // fits says whether a number is one, and not too small or too large.
    function fits(s) {
      const q = s.dataset, v = value(s);
      return !v || q.type !== 'number' || (/^\d+$/.test(v) && (!q.min || Number(v) >= Number(q.min)) && (!q.max || Number(v) <= Number(q.max)));
    }

    function error(s, text) {
      const p = $('[data-error]', s);
      p.textContent = text;
      p.hidden = !text;
    }

    function show(s, how) {
      if (at) at.classList.remove('on');
      at = s;
      s.classList.add('on');
      const list = path(), qs = questions(list), n = qs.indexOf(s), q = !!s.dataset.type;
      reveal($('.bar', form), s !== by.notice);
      $('#progress').max = list.length - 1;
      $('#progress').value = list.indexOf(s);
      $('#progress-text').textContent = q ? d.progress.replace('##', qs.length).replace('#', n + 1) : '';
      reveal($('.aboutbox', form), s === by.notice || s.dataset.step === 'info_right');
      reveal($('[data-prev]', form), s !== by.notice);
      steer();
      if (s === by.review) { back = false; review(list); }
      if (how === 'push') history.pushState({ step: s.dataset.step }, '');
      if (how === 'replace') history.replaceState({ step: s.dataset.step }, '');
      save();
      if (how !== 'replace') {
        scrollTo(0, 0);
        s.focus({ preventScroll: true });
      }
    }
    function steer() {
      const next = $('.steer [data-next-step]', form);
      const mine = at.dataset.type || at === by.wage;
      const filled = !!value(at);
      reveal(next, mine && (filled || !needs(at)));
      reveal($('#send', form), at === by.review);
      next.textContent = !filled && !needs(at) ? d.skip : d.next;
      const area = $('textarea', at), count = $('[data-count]', at);
      if (area && count) count.textContent = d.left.replace('#', Math.max(0, area.maxLength - area.value.length));
    }
    function forward() {
      if (needs(at) && !value(at)) {
        error(at, at === by.notice ? d.agree : d.need);
        return;
      }
      error(at, '');
      if (!fits(at)) {
        error(at, at.dataset.range);
        return;
      }
      const list = path();
      if (back) { // came from the list of answers: return there, by way of what has to be answered now
        show(open(list), 'push');
        return;
      }
      show(list[list.indexOf(at) + 1] || by.review, 'push');
    }

    function review(list) {
      const dl = $('#review', form);
      dl.textContent = '';
      list.filter((s) => s !== by.review && s !== by.notice).forEach((s) => {
        const row = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
        const span = document.createElement('span'), b = document.createElement('button');
        const chosen = fields(s).find((f) => f.checked);
        dt.textContent = $('legend', s).lastChild.textContent;
        span.textContent = (chosen ? chosen.nextElementSibling.textContent : value(s)) || d.none;
        b.type = 'button';
        b.className = 'plain';
        b.textContent = d.change;
        b.setAttribute('aria-label', d.change + ' ' + dt.textContent);
        b.addEventListener('click', () => { back = true; show(s, 'push'); });
        dd.append(span, b);
        row.append(dt, dd);
        dl.append(row);
      });
    }

    // Sending: again and again until the server has said yes or no. The same answers sent twice count once.
    function say(text) {
      status.hidden = !text;
      $('p', status).textContent = text || '';
      ['[data-retry]', '[data-restart]', '[data-receipt]'].forEach((s) => reveal($(s, status), false));
    }
    function wait(seconds, words) {
      return new Promise((done) => {
        let left = seconds, timer = 0;
        wake = () => { clearInterval(timer); wake = null; done(); };
        const tell = () => {
          if (left <= 0) { wake(); return; }
          $('p', status).textContent = words.replace('#', left);
          left--;
        };
        say(' ');
        reveal($('[data-retry]', status), true);
        tell();
        timer = setInterval(tell, 1000);
      });
    }
    function body() {
      const b = new URLSearchParams();
      $$('input[type=hidden]', form).forEach((i) => b.append(i.name, i.value));
      b.set('key', draft.key);
      b.set('started_at', draft.started);
      b.set('lang', draft.lang || hidden('lang').value);
      path().forEach((s) => { if (fields(s).length && value(s)) b.append(name(s), value(s)); });
      return b;
    }
    async function send() {
      if (busy) return;
      if (d.preview) { say(d.preview); return; }
      const list = path(), missing = open(list);
      if (missing !== by.review) {
        show(missing, 'push');
        error(missing, missing === by.notice ? d.agree : d.need);
        return;
      }
      busy = true;
      draft.sending = true;
      save();
      $('#send', form).disabled = true;
      for (let n = 0; ; n++) {
        say(d.sending);
        let got = null;
        try {
          got = await request(form.action, body(), 'application/json', { 'Idempotency-Key': draft.key });
        } catch (e) { /* no connection, or no answer in time */ }
        if (got && answered(got.r, got.text)) return;
        const asked = got && Number(got.r.headers.get('Retry-After'));
        await wait(asked || Math.min(30, Math.pow(2, n + 1)), got ? d.busy : d.offline);
      }
    }
    // answered deals with the server's word; false: it has not said yes or no.
    function answered(r, text) {
      if (r.status === 429 || r.status === 408 || r.status >= 500) return false;
      let doc = {};
      try { doc = JSON.parse(text); } catch (e) { if (r.ok) return false; /* not from our server: a hotel's login page, say */ }
      if (r.ok) {
        if (!doc.receipt) return false;
        kept.drop(d.draft).then(() => location.replace(doc.next));
        return true;
      }
      busy = false;
      $('#send', form).disabled = false;
      if (r.status === 401) { // sending goes on by itself after proving again
        say(d.ended);
        const a = $('[data-restart]', status);
        a.href = start.get() || a.getAttribute('href');
        reveal(a, true);
        return true;
      }
      draft.sending = false;
      save();
      if (doc.code === 'already_answered') {
        kept.drop(d.draft).then(() => location.replace('/r/done?differs=1'));
        return true;
      }
      say(doc.detail || String(r.status));
      (doc.errors || []).forEach((f) => {
        const s = by[f.field.replace(/^answers\./, '')];
        if (s) error(s, f.message);
      });
      const first = steps.find((s) => $('[data-error]', s) && $('[data-error]', s).textContent);
      if (first) show(first, 'push');
      return true;
    }

    function listen() {
      form.addEventListener('keydown', (e) => {
        arrows = e.key.indexOf('Arrow') === 0;
        if (e.key === 'Enter' && e.target.tagName === 'INPUT') { e.preventDefault(); forward(); }
      });
      form.addEventListener('pointerdown', () => { arrows = false; });
      form.addEventListener('click', (e) => {
        const t = e.target;
        if (t.closest('[data-next-step]')) { forward(); return; }
        if (t.closest('[data-prev]')) { if (history.state && history.state.step) history.back(); return; }
        if (t.closest('[data-retry]')) { if (wake) wake(); return; }
        if (t.type !== 'radio' || arrows) return;
        // A tap answers and goes on once it is safe; a moment's wait shows what was chosen. Arrow keys only choose.
        const s = at;
        Promise.all([save(), after(180)]).then(() => { if (at === s && value(s)) forward(); });
      });
      form.addEventListener('input', () => { error(at, ''); save(); steer(); });
      form.addEventListener('change', (e) => {
        if (e.target.name === 'notice') draft.lang = hidden('lang').value; // the words that were agreed to
        save();
        steer();
      });
      form.addEventListener('submit', (e) => { e.preventDefault(); send(); });
      window.addEventListener('online', () => { if (wake) wake(); });
      window.addEventListener('popstate', (e) => {
        const list = path(), s = e.state && by[e.state.step];
        back = false;
        show(s && list.indexOf(s) >= 0 ? s : open(list));
      });
      window.addEventListener('storage', (e) => { // the same form in another tab
        if (e.key !== 'hs:' + d.draft || busy) return;
        if (e.newValue === null) {
          say(d.elsewhere);
          reveal($('[data-receipt]', status), true);
          return;
        }
        const other = kept.get(d.draft);
        if (other) { Object.assign(draft, other); restore(other); steer(); }
      });
      window.addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
    }

    form.noValidate = true; // the pages' own words instead of the browser's
    restore(draft);
    listen();
    form.classList.add('ready'); // nothing moves while somebody is looking
    $$('[data-here]', form).forEach((a) => a.removeAttribute('target'));
    const list = path(), told = steps.find((s) => $('[data-error]', s) && $('[data-error]', s).textContent);
    const last = by[(history.state && history.state.step) || draft.step];
    let first = open(list);
    if (value(by.notice) && last && list.indexOf(last) >= 0 && list.indexOf(last) <= list.indexOf(first)) first = last;
    // The screens before this one are laid into the history, so that the back button goes through the questions and not away.
    if (!(history.state && history.state.step)) {
      const before = list.slice(0, list.indexOf(told || first));
      before.forEach((s, i) => history[i ? 'pushState' : 'replaceState']({ step: s.dataset.step }, ''));
      show(told || first, before.length ? 'push' : 'replace');
    } else show(told || first, 'replace');
    if (draft.sending && open(list) === by.review) { if (at !== by.review) show(by.review, 'push'); send(); }
  }

  function parts() {
    $$('form[data-swap]').forEach(swapped);
    $$('form[data-keep]').forEach(keeping);
    $$('form[data-rules]').forEach(ruled);
    $$('#filed').forEach(filed);
    $$('a[data-start]').forEach((a) => { if (start.get() && !/^\/(i|p|f)/.test(location.pathname)) a.href = start.get(); });
  }

  async function ready() {
    sizes();
    kept.tidy();
    parts();
    const form = $('#form');
    if (!form) return;
    await kept.load(form.dataset.draft);
    try {
      wizard(form);
    } catch (e) { // better a long plain form than none
      root.classList.remove('js');
      throw e;
    }
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
  else ready();
})();
