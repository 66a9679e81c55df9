// Audits the phone's main pages in the way the README quotes: Lighthouse, mobile, simulated slow 4G and a processor four times slower. Each page is
// audited RUNS times and the median of each score counts, because a busy machine only ever makes a page look slower.
//
//   node audit.mjs LINK DIGITS [RUNS]
//
// It prints a table and ends with 1 if a page has less than 100 anywhere. LINK and DIGITS are those of one invited demo person, who may have
// answered before: then the form that corrects the answers is audited, which is the same page.
import puppeteer from 'puppeteer-core';
import { once } from './once.mjs';

const [link, digits, runs = '3'] = process.argv.slice(2);
if (!link || !digits) throw new Error('usage: node audit.mjs LINK DIGITS [RUNS]');
const categories = ['performance', 'accessibility', 'best-practices'];

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update'],
});

async function audit(page, name, url) {
  const tries = [];
  for (let n = 0; n < Number(runs); n++) tries.push(await once(name, url, { onlyCategories: categories }, undefined, page));
  const median = (of) => tries.map(of).sort((a, b) => a - b)[Math.floor(tries.length / 2)];
  const score = Object.fromEntries(categories.map((c) => [c, Math.round(median((r) => r.categories[c].score) * 100)]));
  const lost = tries.flatMap((r) => categories.flatMap((c) => r.categories[c].auditRefs.filter((a) => a.weight > 0).map((a) => r.audits[a.id])))
    .filter((a) => a.score !== null && a.score < 0.99).map((a) => `${a.id}: ${a.displayValue || a.title} (${a.score})`);
  return {
    name, score, lost: [...new Set(lost)],
    paint: median((r) => r.audits['largest-contentful-paint'].numericValue), blocked: median((r) => r.audits['total-blocking-time'].numericValue),
    bytes: median((r) => r.audits['total-byte-weight']?.numericValue ?? NaN),
  };
}

// press taps what a selector finds and waits for the page that comes of it.
async function press(page, selector) {
  await page.waitForSelector(selector, { visible: true });
  await page.$eval(selector, (e) => e.click());
}

async function enter(page) {
  await page.goto(link);
  await page.type('#tail', digits);
  await Promise.all([page.waitForNavigation(), press(page, 'form button.main')]);
  return page.url().includes('/r/done');
}

// answer gives the first answer everywhere but one: it stops at the first question when only the form is wanted.
async function answer(page, stop) {
  for (let n = 0; n < 40; n++) {
    await page.waitForSelector('.step.on');
    const step = await page.$eval('.step.on', (e) => ({ id: e.dataset.step, agreed: !!e.querySelector('input:checked'), choice: !!e.querySelector('input[type=radio]'), ...e.dataset }));
    if (step.id === 'review' || (stop && step.type)) return;
    if (step.id === 'notice') {
      if (!step.agreed) await press(page, '[name=notice]');
      await press(page, '[data-step=notice] [data-next-step]');
    } else if (step.choice) await press(page, '.step.on input[type=radio]');
    else await press(page, '.steer [data-next-step]');
    await page.waitForFunction((id) => document.querySelector('.step.on').dataset.step !== id, {}, step.id);
  }
  throw new Error('the form does not end');
}

const results = [];
try {
  const page = await browser.newPage();
  const origin = new URL(link).origin;
  results.push(await audit(page, 'first page', link));
  const before = await enter(page);
  const form = `${origin}/r/form${before ? '?correct=1' : ''}`;
  await page.goto(form);
  if (!before) await answer(page, true);
  results.push(await audit(page, 'question', form));
  if (!before) {
    await page.goto(form);
    await answer(page, false);
    await Promise.all([page.waitForNavigation(), press(page, '#send')]);
  }
  results.push(await audit(page, 'receipt', `${origin}/r/done`));
} finally {
  await browser.close();
}

const row = (...cells) => `| ${cells.join(' | ')} |`;
console.log(row('Page', 'Performance', 'Accessibility', 'Best practices', 'Largest paint', 'Blocked', 'Bytes'));
console.log(row('---', '---', '---', '---', '---', '---', '---'));
for (const r of results) {
  console.log(row(r.name, ...categories.map((c) => r.score[c]), `${(r.paint / 1000).toFixed(2)} s`, `${Math.round(r.blocked)} ms`, Math.round(r.bytes)));
}
for (const r of results) for (const l of r.lost) console.log(`  ${r.name}: ${l}`);
if (results.some((r) => categories.some((c) => r.score[c] < 100))) process.exitCode = 1;
