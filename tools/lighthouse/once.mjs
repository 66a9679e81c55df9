import lighthouse from 'lighthouse';

// once audits a page that is open in a browser. A run whose recording the browser lost says nothing about the page, so it is made again, twice at most.
export async function once(name, url, flags, config, page) {
  for (let left = 2; ; left--) {
    const { lhr } = await lighthouse(url, { ...flags, disableStorageReset: true, logLevel: 'error' }, config, page);
    if (lhr.runtimeError && left > 0) continue;
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
    const [asked, got] = [new URL(url).pathname, new URL(lhr.finalDisplayedUrl).pathname];
    if (asked !== got) throw new Error(`${name}: led to ${lhr.finalDisplayedUrl}`);
    return lhr;
  }
}
