// What the API says is wrong with a document, for the control that stands for the place.
import { getContext, setContext } from 'svelte';

type Of = (pointer: string) => string | undefined;
const KEY = Symbol('wrong');

/** Tells every control below what is wrong with it. */
export const provideWrong = (of: Of) => setContext(KEY, of);

export const idOf = (pointer: string) => `wrong${pointer.replaceAll(/[^A-Za-z0-9]/g, '-')}`;

export function useWrong() {
  const of = getContext<Of | undefined>(KEY) ?? (() => undefined);
  return {
    of,
    /** What a control says about itself while something is wrong with it. */
    marks: (pointer: string): { 'aria-invalid'?: 'true'; 'aria-describedby'?: string } =>
      of(pointer) ? { 'aria-invalid': 'true', 'aria-describedby': idOf(pointer) } : {},
  };
}
