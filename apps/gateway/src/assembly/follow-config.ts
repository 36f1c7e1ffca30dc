import type { ConfigOutcome } from "../cli/config-of.ts";
import type { ConfigReload } from "./reload-config.ts";

/** What a configuration file is followed with. */
interface FollowOptions {
  /** The text that the gateway was started with. */
  readonly text: string | undefined;
  /** Reads the file anew, or a text that came another way; never rejects. */
  read(text?: string): Promise<ConfigOutcome>;
  readonly reload: Pick<ConfigReload, "take">;
}

/** Reads a configuration file again when somebody says so; one reading after the other. */
class ConfigFollower {
  readonly #options: FollowOptions;
  #text: string | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#text = options.text;
  }

  /** Somebody asked for it: the file is taken whatever it says. */
  reload(): Promise<void> {
    return this.#next(() => true);
  }

  /** Something near the file changed: it is taken if its text is another. */
  check(): Promise<void> {
    return this.#next((text) => text !== this.#text);
  }

  /** The text came by itself, faster than by the file: it is taken if it is another. */
  offer(text: string): Promise<void> {
    return this.#next((offered) => offered !== this.#text, text);
  }

  #next(isTaken: (text: string | undefined) => boolean, offered?: string): Promise<void> {
    this.#last = this.#last.then(async () => {
      const outcome = await this.#options.read(offered);
      const text = outcome.file?.text;
      if (!isTaken(text)) return;
      this.#text = text;
      this.#options.reload.take(outcome);
    });
    return this.#last;
  }
}

export { ConfigFollower };
