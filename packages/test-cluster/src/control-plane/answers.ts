import { readFile } from "node:fs/promises";
import { get } from "node:https";
import type { Certificate } from "./certificates.ts";

/** Whether a GET is answered with 200, by a server whose certificate the authority issued. */
export async function answers(url: string, ca: string, user: Certificate): Promise<boolean> {
  const [authority, cert, key] = await Promise.all(
    [ca, user.cert, user.key].map((file) => readFile(file)),
  );
  return new Promise((resolve) => {
    const request = get(
      url,
      { ca: authority, cert, key, agent: false, timeout: 2_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
