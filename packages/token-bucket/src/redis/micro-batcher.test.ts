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

test("four leave alone and at once, the rest of the turn together", async () => {
  const { sent, batcher, answerAll } = doubling();
  const answers = numbers(7).map((number) => batcher.send(number));
  expect(sent).toEqual([[0], [1], [2], [3]]);
  await turn();
  expect(sent.slice(4)).toEqual([[4, 5, 6]]);
  answerAll();
  expect(await Promise.all(answers)).toEqual(numbers(7).map((number) => 2 * number));
});

test("one that is left over leaves alone", async () => {
  const { sent, batcher } = doubling();
  for (const number of numbers(5)) void batcher.send(number);
  await turn();
  expect(sent).toEqual([[0], [1], [2], [3], [4]]);
});

test("callers that are no more than four are served one by one", async () => {
  const { sent, batcher, answerAll } = doubling();
  answerAll();
  for (let start = 0; start < 12; start += 4)
    await Promise.all(numbers(4, start).map((number) => batcher.send(number)));
  expect(sent.every(({ length }) => length === 1)).toBe(true);
});

test("while four are under way even the first of a turn leave together", async () => {
  const { sent, batcher } = doubling();
  for (const number of numbers(12)) void batcher.send(number);
  await turn();
  for (const number of numbers(3, 12)) void batcher.send(number);
  await turn();
  expect(sent.slice(4)).toEqual([
    [4, 5, 6, 7, 8, 9, 10, 11],
    [12, 13, 14],
  ]);
});

test("batches are of eight, and of sixteen once over thirty-two are under way; none waits for another's answer", async () => {
  const { sent, batcher } = doubling();
  for (const number of numbers(4 + 4 * 8 + 2 * 16)) void batcher.send(number);
  await turn();
  expect(sent.map(({ length }) => length)).toEqual([1, 1, 1, 1, 8, 8, 8, 8, 16, 16]);
});

test("a batch that is lost is lost for each of its members", async () => {
  const { batcher, answerAll } = doubling();
  const answers = numbers(20).map((number) => batcher.send(number));
  answerAll();
  const settled = await Promise.allSettled(answers);
  const lost = settled.flatMap(({ status }, index) => (status === "rejected" ? [index] : []));
  expect(lost).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
});
