// People's names.

/** An address as a name: `ana.ruiz@keepwell.example` is "Ana Ruiz". */
export function person(address: string | null | undefined): string {
  if (!address) return 'nobody';
  const name = (address.split('@')[0] ?? address).split(/[._-]+/).filter(Boolean);
  if (name.length === 1 && (name[0] ?? '').length <= 3) return (name[0] ?? '').toUpperCase();
  return name.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
