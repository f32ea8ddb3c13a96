/** The public name of a term's number: `STOP_LIMIT` for the member StopLimit. */
export function nameIn(terms: Readonly<Record<string, number>>, value: number): string {
  const member = Object.keys(terms).find((name) => terms[name] === value);
  if (member === undefined) throw new Error(`no such term: ${value}`);
  return screaming(member);
}

/** The number of a public name. */
export function valueIn(terms: Readonly<Record<string, number>>, name: string): number {
  const member = Object.keys(terms).find((one) => screaming(one) === name);
  const value = member === undefined ? undefined : terms[member];
  if (value === undefined) throw new Error(`no such term: ${name}`);
  return value;
}

function screaming(member: string): string {
  return member.replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase();
}
