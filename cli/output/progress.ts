/** Says on standard error what takes long: a running count of seconds on a terminal, one line elsewhere. */
export function startProgress(what: string): { stop(): void } {
  if (!process.stderr.isTTY) {
    process.stderr.write(`${what}...\n`);
    return { stop: () => undefined };
  }
  const started = performance.now();
  const show = (): void => {
    process.stderr.write(`\r${what}... ${((performance.now() - started) / 1000).toFixed(1)} s`);
  };
  show();
  const timer = setInterval(show, 100);
  return {
    stop: () => {
      clearInterval(timer);
      process.stderr.write("\r\u001b[K");
    },
  };
}
