import type { ChildProcess } from "node:child_process";
import type { ObservationName, Observations } from "./observations.ts";

/** Asks a program that was started with the observer; one question at a time. */
export async function observe<Name extends ObservationName>(
  { process: child }: { readonly process: ChildProcess },
  name: Name,
): Promise<Observations[Name]> {
  return new Promise((resolve, reject) => {
    const exited = (): void => reject(new Error(`the program ended while asked for "${name}"`));
    child.once("exit", exited);
    child.once("message", (answer) => {
      child.off("exit", exited);
      resolve(answer as Observations[Name]);
    });
    child.send(name, (error) => {
      if (error !== null) reject(error);
    });
  });
}
