// Small helps for the desk. Every page works without them.
(() => {
  'use strict';
  const $ = (sel, root = document) => root.querySelector(sel);
  const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];
  const group = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

  const t = (zh, en) => (document.documentElement.lang === 'en' ? en : zh);

  // A table wider than its place scrolls by keyboard too.
  if (window.ResizeObserver) {
    new ResizeObserver(() => $$('.scroll').forEach((el) => {
      if (el.scrollWidth > el.clientWidth) el.tabIndex = 0; else el.removeAttribute('tabindex');
    })).observe(document.body);
  }

  // Cells of wide tables know their heading, so that narrow screens can show a card a row. Roles stay what they are for a screen reader.
  $$('.scroll > table').forEach((table) => {
    const heads = $$('thead th', table).map((th) => th.textContent.trim());
    if (heads.length < 5 || table.matches('.plotted, .bads')) return;
    table.classList.add('stacks'); table.setAttribute('role', 'table');
    $$('thead, tbody', table).forEach((el) => el.setAttribute('role', 'rowgroup'));
    $$('tr', table).forEach((tr) => {
      tr.setAttribute('role', 'row');
      [...tr.children].forEach((cell, i) => {
        cell.setAttribute('role', cell.closest('thead') ? 'columnheader' : cell.tagName === 'TH' ? 'rowheader' : 'cell');
        if (!cell.closest('thead') && heads[i] && cell.colSpan === 1) {
          cell.dataset.label = heads[i];
          if (cell.childNodes.length > 1 || cell.firstChild && cell.firstChild.nodeType === 3) {
            const inner = document.createElement('span'); inner.append(...cell.childNodes); cell.append(inner); // one thing beside the heading
          }
        }
      });
    });
  });

  // A message to phones: counted as operators do, 70 characters in one and 67 in each of several.
  $$('textarea[data-sms]').forEach((area) => {
    const out = $('[data-count]', area.parentElement);
    const count = () => {
      const n = area.value.length + area.dataset.sms.length + 2;
      out.textContent = area.dataset.unit.replace('##', n <= 70 ? 1 : Math.ceil(n / 67)).replace('#', n);
    };
    area.addEventListener('input', count);
    count();
  });

  // Paper.
  $$('[data-print]').forEach((b) => b.addEventListener('click', () => window.print()));

  // A list that changes the page at once.
  $$('select[data-go]').forEach((s) => s.addEventListener('change', () => s.form.requestSubmit()));

  // Choosing a file: our own words, because the browser's are in its own language.
  $$('input[data-file]').forEach((input) => {
    const box = document.createElement('span'), name = document.createElement('span'), button = document.createElement('span');
    box.className = 'chooser'; button.className = 'btn plain'; button.textContent = t('选择文件', 'Choose a file'); name.textContent = t('还没有选文件', 'No file chosen');
    box.append(button, name); input.classList.add('unseen'); input.after(box);
    if (!input.closest('.drop')) box.addEventListener('click', () => input.click());
    input.addEventListener('change', () => { name.textContent = input.files.length ? input.files[0].name : t('还没有选文件', 'No file chosen'); });
  });

  // Uploading: the file goes to the API with a progress bar, and the result is shown in place, so that the same file can be imported next.
  const upload = (form) => {
    const input = $('input[type=file]', form), drop = $('.drop', form), busy = $('[data-busy]', form), say = $('[data-say]', form);
    const bar = $('progress', busy), failed = $('[data-failed]', form), outcome = $('#outcome'), buttons = $$('button', form);
    ['dragover', 'dragenter'].forEach((e) => drop.addEventListener(e, (ev) => { ev.preventDefault(); drop.classList.add('over'); }));
    ['dragleave', 'drop'].forEach((e) => drop.addEventListener(e, (ev) => { ev.preventDefault(); drop.classList.remove('over'); }));
    drop.addEventListener('drop', (ev) => {
      if (ev.dataTransfer.files.length) { input.files = ev.dataTransfer.files; input.dispatchEvent(new Event('change')); }
    });
    input.addEventListener('change', () => { outcome.replaceChildren(); failed.hidden = true; });

    const fail = (text) => { failed.textContent = text; failed.hidden = false; };
    const done = () => { busy.hidden = true; buttons.forEach((b) => { b.disabled = false; }); };
    const send = (dry) => {
      failed.hidden = true; busy.hidden = false; outcome.replaceChildren(); buttons.forEach((b) => { b.disabled = true; });
      say.textContent = t('正在上传…', 'Uploading…'); bar.value = 0;
      const xhr = new XMLHttpRequest();
      xhr.open('POST', form.dataset.upload + '?dry_run=' + dry);
      xhr.setRequestHeader('X-CSRF-Token', $('input[type=hidden]', form).value);
      xhr.setRequestHeader('Accept', 'application/json');
      xhr.upload.addEventListener('progress', (ev) => { if (ev.lengthComputable) bar.value = 100 * ev.loaded / ev.total; });
      let poll;
      xhr.addEventListener('loadend', () => clearInterval(poll));
      xhr.upload.addEventListener('load', () => {
        poll = setInterval(async () => { // how far the server is; the answer comes when it is done
          try {
            const list = await (await fetch(form.dataset.upload + '/imports?limit=1', { headers: { Accept: 'application/json' } })).json();
            const now = list.items && list.items[0];
            if (now && now.state === 'running' && now.rows && xhr.readyState < 4) say.textContent = t('已上传，正在检查：已读 ' + group(now.rows) + ' 行…', 'Uploaded; checking: ' + group(now.rows) + ' rows read…');
          } catch { /* only a comfort */ }
        }, 1000);
         bar.removeAttribute('value'); say.textContent = t('已上传，正在一行行检查…', 'Uploaded; checking row by row…');
      });
      xhr.addEventListener('error', () => { done(); fail(t('网络断了，没有传完。请检查网络后再点一次，重复上传没有关系。', 'The connection broke before all was sent. Check the network and try again; sending twice does no harm.')); });
      xhr.addEventListener('load', async () => {
        let body = {};
        try { body = JSON.parse(xhr.responseText); } catch { /* a proxy's page: said below */ }
        if (xhr.status === 401) { location.assign('/console/login?next=/console/roster'); return; }
        if (xhr.status !== 200) {
          done(); fail((body.errors && body.errors[0] && body.errors[0].message) || body.detail || t('上传没有成功，请再试一次。', 'The upload failed; please try again.')); return;
        }
        try { await show(body.import, dry); } catch { location.assign(form.dataset.result + body.import); }
        done();
      });
      const data = new FormData();
      data.append('file', input.files[0]);
      xhr.send(data);
    };
    const show = async (id, dry) => {
      const page = await fetch(form.dataset.result + id, { headers: { Accept: 'text/html' } });
      if (!page.ok) throw new Error(page.status);
      const result = new DOMParser().parseFromString(await page.text(), 'text/html').getElementById('result');
      result.classList.remove('card');
      if (dry) {
        const plain = $('[data-plain]', result), good = Number(result.dataset.good || 0);
        plain.replaceChildren();
        if (good > 0) {
          const go = document.createElement('button');
          go.type = 'button'; go.textContent = t('导入这 ' + group(good) + ' 行', 'Import these ' + group(good) + ' rows');
          go.addEventListener('click', () => send(false));
          plain.append(go);
        }
        const hint = document.createElement('span');
        hint.className = 'quiet'; hint.textContent = good > 0 ? t('有错的行不会导入。', 'Wrong rows are left out.') : t('没有可以导入的行，请改好后再上传。', 'There is no row to import; mend the file and upload it again.');
        plain.append(hint);
      }
      outcome.replaceChildren(document.adoptNode(result));
      outcome.scrollIntoView({ block: 'nearest' });
    };
    form.addEventListener('submit', (ev) => {
      if (!input.files.length) return;
      ev.preventDefault();
      send(!(ev.submitter && ev.submitter.value === 'import'));
    });
  };
  $$('form[data-upload]').forEach(upload);

  // Picking people over several pages: what was ticked and typed stays in this tab until the claim is posted.
  const picks = (form) => {
    const key = 'claim:' + form.dataset.picks, boxes = $$('input[name=record]', form), all = $('[data-all]', form), shown = $('[data-picked]', form);
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(key)) || {}; } catch { /* nothing was kept */ }
    const ticked = new Set(kept.ticked || []), fields = ['claim_no', 'subsidy_type', 'claimed_at', 'pick'];
    if (kept.fields && !$('.alert')) {
      fields.forEach((n) => {
        const v = kept.fields[n];
        if (v === undefined || v === '') return;
        if (n === 'pick') { $$('input[name=pick]', form).forEach((r) => { r.checked = r.value === v; }); } else { form.elements[n].value = v; }
      });
    }
    const keep = () => {
      const now = Object.fromEntries(fields.map((n) => [n, new FormData(form).get(n) || '']));
      try { sessionStorage.setItem(key, JSON.stringify({ ticked: [...ticked], fields: now })); } catch { /* a full store only loses the help */ }
    };
    const paint = () => {
      const how = new FormData(form).get('pick');
      $$('[data-when]', form).forEach((el) => { el.hidden = !el.dataset.when.split(' ').includes(how); });
      boxes.forEach((b) => { b.disabled = how !== 'ticked'; b.checked = how === 'all' || ticked.has(b.value); });
      if (all) { all.disabled = how !== 'ticked'; all.checked = boxes.length > 0 && boxes.every((b) => b.checked); }
      shown.textContent = how === 'ticked' && ticked.size ? t('已勾选 ' + group(ticked.size) + ' 人', group(ticked.size) + ' picked') : '';
    };
    boxes.forEach((b) => b.addEventListener('change', () => { ticked[b.checked ? 'add' : 'delete'](b.value); keep(); paint(); }));
    if (all) all.addEventListener('change', () => { boxes.forEach((b) => ticked[all.checked ? 'add' : 'delete'](b.value)); keep(); paint(); });
    form.addEventListener('input', (ev) => { if (ev.target.type !== 'checkbox') { keep(); paint(); } }); // ticks are told by change, which comes after
    form.addEventListener('submit', () => {
      if (new FormData(form).get('pick') !== 'ticked') return;
      const here = new Set(boxes.map((b) => b.value));
      ticked.forEach((id) => {
        if (here.has(id)) return;
        const i = document.createElement('input');
        i.type = 'hidden'; i.name = 'record'; i.value = id; form.append(i);
      });
    });
    paint();
  };
  $$('form[data-picks]').forEach(picks);
  $$('[data-forget]').forEach((el) => sessionStorage.removeItem('claim:' + el.dataset.forget));

  // Progress as it happens.
  const names = { expanding: t('正在生成邀请', 'Making invitations'), open: t('进行中', 'Open'), paused: t('已暂停发送', 'Sending paused'), closed: t('已截止', 'Closed') };
  const progress = (card) => {
    const live = $('[data-live]', card);
    if (!window.EventSource || card.dataset.now === 'closed') { live.hidden = true; return; }
    const events = new EventSource(card.dataset.progress);
    events.addEventListener('open', () => { live.textContent = t('实时更新', 'live'); live.classList.add('on'); });
    events.addEventListener('error', () => { live.textContent = t('连接断了，正在重连', 'connection lost, trying again'); live.classList.remove('on'); });
    events.addEventListener('progress', (ev) => {
      const b = JSON.parse(ev.data);
      $('[data-people]', card).textContent = group(b.counts.people);
      $$('[data-count]', card).forEach((li) => {
        const n = b.counts[li.dataset.count], hidden = n === null || n === undefined;
        $('progress', li).value = hidden ? 0 : n;
        $('span', li).textContent = hidden ? t('暂不显示', 'hidden') : t(group(n) + ' 人', group(n) + ' people');
      });
      const chip = $('[data-state] .chip');
      chip.textContent = names[b.state] || b.state;
      chip.className = 'chip' + (b.state === 'open' ? ' on' : b.state === 'paused' ? ' strong' : '');
      if (b.state === 'closed') { events.close(); live.hidden = true; }
    });
    window.addEventListener('pagehide', () => events.close());
  };
  $$('[data-progress]').forEach(progress);

  // Trends: the drawing of the page becomes one that says the numbers under the pointer. The library comes only with a page that has a trend.
  const trend = (box) => {
    const d = JSON.parse(box.dataset.plot), css = (name) => getComputedStyle(box).getPropertyValue(name).trim();
    const shown = (u, v) => (v === null || v === undefined ? '—' : v + d.unit);
    const dashes = [[], [6, 4], [2, 4]];
    let plot;
    const draw = () => {
      if (plot) plot.destroy();
      const width = Math.min(box.clientWidth, 832), ink = css('--soft'), grid = { stroke: css('--line'), width: 1 };
      const colours = [css('--accent'), css('--ink'), css('--soft')];
      plot = new window.uPlot({
        width, height: 260, cursor: { drag: { x: false, y: false } }, legend: { live: true },
        scales: { x: { time: false, range: [-0.25, d.labels.length - 0.75] }, y: { range: [d.low, d.top] } },
        axes: [
          { stroke: ink, grid, font: '12px ' + css('--font'), splits: () => d.labels.map((_, i) => i), values: (u, list) => list.map((i) => d.labels[i]) },
          { stroke: ink, grid, font: '12px ' + css('--font'), size: 56 },
        ],
        series: [
          { label: d.period, value: (u, i) => (i === null ? '—' : d.labels[i]) },
          ...d.lines.map((s, n) => ({ label: s.name, stroke: colours[n % 3], width: n ? 1.5 : 2.5, dash: dashes[n % 3], points: { show: n === 0, size: 8 }, value: shown })),
        ],
      }, [d.labels.map((_, i) => i), ...d.lines.map((s) => s.values)], box);
      plot.root.setAttribute('aria-hidden', 'true'); // the table below says the same
      box.classList.add('redrawn');
    };
    draw();
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
    window.addEventListener('resize', draw);
  };
  const boxes = $$('[data-plot]').filter((el) => el.dataset.plot);
  if (boxes.length) {
    const style = document.createElement('link'), script = document.createElement('script');
    style.rel = 'stylesheet'; style.href = boxes[0].dataset.sheet;
    script.src = boxes[0].dataset.script;
    script.addEventListener('load', () => boxes.forEach(trend));
    document.head.append(style, script);
  }
  // Something is under way on the server: look again in a few seconds.
  const again = $('[data-reload]');
  if (again) setTimeout(() => window.location.reload(), 1000 * Number(again.dataset.reload));

  window.addEventListener('beforeprint', () => $$('details.numbers').forEach((d) => { d.open = true; }));
})();
