import type { StartedGateway } from "./gateway.ts";
import type { ObservationName, Observations } from "./observations.ts";

/** Asks a gateway that was started with `observed`; one question at a time. */
export async function observe<Name extends ObservationName>(
  { process: child }: StartedGateway,
  name: Name,
): Promise<Observations[Name]> {
  return new Promise((resolve, reject) => {
    const exited = (): void => reject(new Error(`the gateway ended while asked for "${name}"`));
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
