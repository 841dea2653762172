/** Opens what belongs to something once, on first use; whoever asks later gets the same. */
export function oncePer<K extends object, T>(open: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const opened = new WeakMap<K, Promise<T>>();
  return (key) => {
    const known = opened.get(key) ?? open(key);
    opened.set(key, known);
    return known;
  };
}
