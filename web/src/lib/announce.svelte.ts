// What a screen reader should say without the focus moving: results of filters, saved, failed.

let text = $state('');

export const announcement = {
  get text(): string {
    return text;
  },
};

/** Says it politely. The same words twice are said twice. */
export function announce(words: string): void {
  text = '';
  setTimeout(() => {
    text = words;
  }, 60);
}
