import { expect, test } from "vitest";
import { MicroBatcher } from "./micro-batcher.ts";

/** Doubles numbers, and notes what left together; answers when told to. */
function doubling() {
  const sent: number[][] = [];
  let answerAll: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (answerAll = resolve));
  const batcher = new MicroBatcher<number, number>({
    sendOne: async (number) => {
      sent.push([number]);
      await told;
      return 2 * number;
    },
    sendMany: async (numbers) => {
      sent.push([...numbers]);
      await told;
      if (numbers.includes(13)) throw new Error("lost");
      return numbers.map((number) => 2 * number);
    },
  });
  return { sent, batcher, answerAll };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => from + index);

/** Has a batcher see a turn with several requests. */
async function becomeBusy({ batcher }: ReturnType<typeof doubling>): Promise<void> {
  for (const number of numbers(2)) void batcher.send(number);
  await turn();
}

test("the first of a quiet turn leaves at once, the rest of the turn together", async () => {
  const { sent, batcher, answerAll } = doubling();
  const answers = numbers(4).map((number) => batcher.send(number));
  expect(sent).toEqual([[0]]);
  await turn();
  expect(sent).toEqual([[0], [1, 2, 3]]);
  answerAll();
  expect(await Promise.all(answers)).toEqual(numbers(4).map((number) => 2 * number));
});

test("one that comes turn after turn leaves at once, alone", async () => {
  const { sent, batcher } = doubling();
  for (const number of numbers(3)) {
    void batcher.send(number);
    expect(sent).toHaveLength(number + 1);
    await turn();
  }
  expect(sent).toEqual([[0], [1], [2]]);
});

test("after a turn with several, a few wait for those of one turn more", async () => {
  const rig = doubling();
  await becomeBusy(rig);
  for (const number of numbers(3)) void rig.batcher.send(number);
  await turn();
  for (const number of numbers(3, 3)) void rig.batcher.send(number);
  expect(rig.sent).toEqual([[0], [1]]);
  await turn();
  expect(rig.sent.slice(2)).toEqual([numbers(6)]);
});

test("after a turn with several, one alone and eight or more leave at the end of theirs", async () => {
  const rig = doubling();
  await becomeBusy(rig);
  for (const number of numbers(8)) void rig.batcher.send(number);
  await turn();
  void rig.batcher.send(8);
  expect(rig.sent).toHaveLength(3);
  await turn();
  expect(rig.sent.slice(2)).toEqual([numbers(8), [8]]);
});

test("none waits for another's answer, and a turn with one alone makes the next one quiet", async () => {
  const rig = doubling();
  await becomeBusy(rig);
  void rig.batcher.send(2);
  await turn();
  void rig.batcher.send(3);
  expect(rig.sent).toEqual([[0], [1], [2], [3]]);
});

test("no more than sixteen leave together, in batches of like size", async () => {
  const rig = doubling();
  await becomeBusy(rig);
  for (const number of numbers(40)) void rig.batcher.send(number);
  await turn();
  expect(rig.sent.slice(2).map(({ length }) => length)).toEqual([14, 14, 12]);
  expect(rig.sent.slice(2).flat()).toEqual(numbers(40));
});

test("a batch that is lost is lost for each of its members", async () => {
  const rig = doubling();
  await becomeBusy(rig);
  const answers = numbers(20).map((number) => rig.batcher.send(number));
  await turn();
  rig.answerAll();
  const settled = await Promise.allSettled(answers);
  const lost = settled.flatMap(({ status }, index) => (status === "rejected" ? [index] : []));
  expect(lost).toEqual(numbers(10, 10));
});
