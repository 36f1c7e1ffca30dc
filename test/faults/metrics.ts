import { request } from "undici";

/** The value of one metric without labels; `undefined` when there is none of the name. */
export async function metric(origin: string, name: string): Promise<number | undefined> {
  const { body } = await request(`${origin}/metrics`);
  const line = (await body.text()).split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}
