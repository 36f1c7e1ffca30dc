/** The person wants the demo to end. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  /** Takes the signal that said so. */
  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.name = "Interrupted";
    this.signal = signal;
  }
}
