import { homedir, userInfo } from "node:os";

/** The folder of whoever runs this, also where HOME is set to nothing, which Go cannot work with. */
export function home(): string {
  return homedir() || userInfo().homedir;
}
