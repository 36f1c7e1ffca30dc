/** One that waits to be sent with others. */
interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How requests leave, one alone or several at once; as many answers as requests, in their order. */
export interface Sender<Request, Answer> {
  sendOne(request: Request): Promise<Answer>;
  sendMany(requests: readonly Request[]): Promise<readonly Answer[]>;
}

/** While fewer are under way, each goes out alone: few callers are served best one by one. */
const ALONE = 4;
const USUAL_BATCH = 8;
const LARGE_BATCH = 16;
/** With more than this under way answers come late anyway, and larger batches bring more of them. */
const MANY_UNDER_WAY = 32;

/** Sends what comes in one turn of the event loop together, once more than a few are under way; batches overlap. */
export class MicroBatcher<Request, Answer> {
  readonly #sender: Sender<Request, Answer>;
  #waiting: Waiting<Request, Answer>[] = [];
  #underWay = 0;

  constructor(sender: Sender<Request, Answer>) {
    this.#sender = sender;
  }

  /** Sends a request at once, or with others at the end of this turn at the latest. */
  send(request: Request): Promise<Answer> {
    if (this.#underWay < ALONE) return this.#sendOne(request);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ request, resolve, reject });
      const most = this.#underWay > MANY_UNDER_WAY ? LARGE_BATCH : USUAL_BATCH;
      if (this.#waiting.length >= most) this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const [first] = batch;
    if (first === undefined) return;
    if (batch.length === 1) this.#sendOne(first.request).then(first.resolve, first.reject);
    else this.#sendMany(batch);
  }

  #sendOne(request: Request): Promise<Answer> {
    this.#underWay += 1;
    return this.#sender.sendOne(request).then(
      (answer) => {
        this.#underWay -= 1;
        return answer;
      },
      (error: unknown) => {
        this.#underWay -= 1;
        throw error;
      },
    );
  }

  #sendMany(batch: readonly Waiting<Request, Answer>[]): void {
    this.#underWay += batch.length;
    const done = this.#sender.sendMany(batch.map(({ request }) => request));
    done.then(
      (answers) => {
        this.#underWay -= batch.length;
        for (let index = 0; index < batch.length; index++)
          batch[index]?.resolve(answers[index] as Answer);
      },
      (error: unknown) => {
        this.#underWay -= batch.length;
        for (const { reject } of batch) reject(error);
      },
    );
  }
}
