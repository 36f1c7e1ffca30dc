const SHORT = 64;
const headers = Array.from({ length: SHORT }, (_, length) => headerOf(length));

/**
 * A command as it is written, if all of it is ASCII, as names, numbers and hashes are: then lengths are those of the
 * strings, and one look at the whole tells, where the library looks at each argument. Twice as quick.
 */
export function asciiTextOf(name: string, args: readonly string[]): string | undefined {
  let text = `*${args.length + 1}\r\n${headerOf(name.length)}${name}\r\n`;
  for (const arg of args) text += `${headers[arg.length] ?? headerOf(arg.length)}${arg}\r\n`;
  return Buffer.byteLength(text) === text.length ? text : undefined;
}

function headerOf(length: number): string {
  return `$${length}\r\n`;
}
