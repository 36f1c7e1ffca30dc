/** Why the demo cannot go on: one sentence for the person who started it. */
export class DemoFailure extends Error {
  /** Takes the sentence, and the error that led to it, which is not shown. */
  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = "DemoFailure";
  }
}
