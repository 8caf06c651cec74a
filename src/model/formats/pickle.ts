/**
 * Python's pickle read as data (protocols 2 to 5, Lib/pickletools.py): nothing that it names is looked up or called. What a
 * pickle would call comes out as the name with its arguments, for whoever knows the few that are wanted. Operations are
 * bounded; parts may be shared, so that a reader follows the places that it knows and never walks the whole.
 */
import { AssayError, quoted } from "../../base/error.js";

/** `.metadata` of a checkpoint of 300,000 shards of tensors takes some 20 million (CWE-770). */
const OPERATIONS_MAX = 20_000_000;

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | PickleDict
  | PickleName
  | PickleCall;

export class PickleDict {
  readonly entries: [PickleValue, PickleValue][] = [];
}

/** What would be imported: module and name. */
export class PickleName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What would be called, with what; the state that it would be given; and entries that would be set on it. */
export class PickleCall {
  readonly of: string;
  readonly args: readonly PickleValue[];
  state: PickleValue = null;
  readonly items = new PickleDict();

  constructor(of: string, args: readonly PickleValue[]) {
    this.of = of;
    this.args = args;
  }
}

/** By which torch names what lies outside its pickle. */
export const PERSISTENT = "persistent id";

/** @throws FORMAT for what is no such pickle, UNSUPPORTED for operations that are not read, LIMIT */
export function readPickle(bytes: Uint8Array, what: string): PickleValue {
  const machine = new Machine(bytes, what);
  const value = machine.run();
  if (machine.at !== bytes.length) throw machine.fault("one value and nothing after it");
  return value;
}

/**
 * One pickle of several that follow each other. @param at where it begins
 * @returns its value, and where the next begins @throws as `readPickle`
 */
export function readPickleAt(bytes: Uint8Array, at: number, what: string): { value: PickleValue; end: number } {
  const machine = new Machine(bytes.subarray(at), what);
  const value = machine.run();
  return { value, end: at + machine.at };
}

const MARK = Symbol("mark");
type Item = PickleValue | typeof MARK;

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  readonly #stack: Item[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  /** Bytes taken. */
  get at(): number {
    return this.#at;
  }

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  run(): PickleValue {
    for (let operations = 0; operations < OPERATIONS_MAX; operations++) {
      const code = this.#take(1)[0]!;
      // STOP
      if (code === 0x2e) {
        const value = this.#pop();
        if (this.#stack.length > 0) throw this.fault("one value and nothing after it");
        return value;
      }
      this.#step(code);
    }
    throw new AssayError("LIMIT", `${this.#what}: expected a pickle of at most ${OPERATIONS_MAX} operations`);
  }

  #step(code: number): void {
    const read = READS.get(code);
    if (read) this.#stack.push(read(this.#input));
    else if (!this.#shape(code) && !this.#build(code))
      throw new AssayError(
        "UNSUPPORTED",
        `${this.#what}: expected a pickle of protocol 2 to 5 that holds data, got operation 0x${code.toString(16)}`,
      );
  }

  readonly #input: Input = {
    bytes: (length) => this.#take(length),
    number: (width) => this.#number(width),
    int32: () => this.#view.getInt32(this.#place(4), true),
    float64: () => this.#view.getFloat64(this.#place(8), false),
    text: (length) => this.#text(length),
  };

  /** The stack and the memo. */
  #shape(code: number): boolean {
    switch (code) {
      // PROTO, FRAME
      case 0x80:
        if (this.#take(1)[0]! > 5) throw this.fault("protocol 2 to 5");
        return true;
      case 0x95:
        this.#take(8);
        return true;
      // MARK, POP, POP_MARK
      case 0x28:
        this.#stack.push(MARK);
        return true;
      case 0x30:
        if (this.#stack.pop() === undefined) throw this.fault("a value to drop");
        return true;
      case 0x31:
        this.#marked();
        return true;
      // MEMOIZE, BINPUT, LONG_BINPUT
      case 0x94:
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 0x71:
        this.#memo.set(this.#number(1), this.#top());
        return true;
      case 0x72:
        this.#memo.set(this.#number(4), this.#top());
        return true;
      // BINGET, LONG_BINGET
      case 0x68:
        this.#recall(this.#number(1));
        return true;
      case 0x6a:
        this.#recall(this.#number(4));
        return true;
      default:
        return false;
    }
  }

  /** Containers, names and what would be called. */
  #build(code: number): boolean {
    switch (code) {
      // TUPLE, TUPLE1 to TUPLE3
      case 0x74:
        this.#stack.push(this.#marked());
        return true;
      case 0x85:
      case 0x86:
      case 0x87: {
        const parts = Array.from({ length: code - 0x84 }, () => this.#pop()).reverse();
        this.#stack.push(parts);
        return true;
      }
      // APPEND, APPENDS
      case 0x61:
        this.#append([this.#pop()]);
        return true;
      case 0x65:
        this.#append(this.#marked());
        return true;
      // SETITEM, SETITEMS
      case 0x73: {
        const value = this.#pop();
        this.#set([this.#pop(), value]);
        return true;
      }
      case 0x75:
        this.#set(this.#marked());
        return true;
      // GLOBAL, STACK_GLOBAL
      case 0x63: {
        const module = this.#line();
        this.#stack.push(new PickleName(`${module}.${this.#line()}`));
        return true;
      }
      case 0x93: {
        const name = this.#pop();
        const module = this.#pop();
        if (typeof name !== "string" || typeof module !== "string") throw this.fault("names that are texts");
        this.#stack.push(new PickleName(`${module}.${name}`));
        return true;
      }
      // REDUCE, NEWOBJ
      case 0x52:
      case 0x81: {
        const args = this.#pop();
        const of = this.#pop();
        if (!Array.isArray(args) || !(of instanceof PickleName)) throw this.fault("calls of names with arguments");
        this.#stack.push(new PickleCall(of.name, args as readonly PickleValue[]));
        return true;
      }
      // BUILD
      case 0x62: {
        const state = this.#pop();
        const of = this.#top();
        if (!(of instanceof PickleCall)) throw this.fault("a state of what was called");
        of.state = state;
        return true;
      }
      // BINPERSID
      case 0x51:
        this.#stack.push(new PickleCall(PERSISTENT, [this.#pop()]));
        return true;
      default:
        return false;
    }
  }

  #append(values: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.fault("a list to append to");
    for (const value of values) (list as PickleValue[]).push(value);
  }

  #set(pairs: readonly PickleValue[]): void {
    const top = this.#top();
    const dict = top instanceof PickleCall ? top.items : top;
    if (!(dict instanceof PickleDict) || pairs.length % 2 !== 0) throw this.fault("entries of a dict");
    for (let i = 0; i < pairs.length; i += 2) dict.entries.push([pairs[i]!, pairs[i + 1]!]);
  }

  #marked(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.fault("a mark before what it begins");
    return (this.#stack.splice(at) as PickleValue[]).slice(1);
  }

  #recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.fault("a memo that was made");
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.fault("a value on the stack");
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.fault("a value on the stack");
    return value;
  }

  #number(width: 1 | 2 | 4 | 8): number {
    const at = this.#place(width);
    if (width === 8) {
      const value = this.#view.getBigUint64(at, true);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fault("lengths below 2^53");
      return Number(value);
    }
    return width === 1
      ? this.#view.getUint8(at)
      : width === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getUint32(at, true);
  }

  #text(length: number): string {
    try {
      return UTF8.decode(this.#take(length));
    } catch (error) {
      throw error instanceof AssayError ? error : this.fault("texts in UTF-8");
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > NAME_BYTES_MAX) throw this.fault("names that end");
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  #take(length: number): Uint8Array {
    const at = this.#place(length);
    return this.#bytes.subarray(at, at + length);
  }

  #place(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw this.fault("a whole pickle");
    this.#at += length;
    return at;
  }

  /** With the place at hand. */
  fault(expected: string): AssayError {
    return new AssayError(
      "FORMAT",
      `${this.#what}: expected ${expected}, near byte ${this.#at} of ${quoted(this.#bytes.length)}`,
    );
  }
}

const NAME_BYTES_MAX = 1000;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface Input {
  bytes(length: number): Uint8Array;
  number(width: 1 | 2 | 4 | 8): number;
  int32(): number;
  float64(): number;
  text(length: number): string;
}

/** Whole numbers of any length, lowest byte first, two's complement. */
function long(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  value = BigInt.asIntN(8 * bytes.length, value);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Operations that push a value and need nothing else. */
const READS = new Map<number, (input: Input) => PickleValue>([
  [0x4e, () => null],
  [0x88, () => true],
  [0x89, () => false],
  [0x7d, () => new PickleDict()],
  [0x5d, () => []],
  [0x29, () => []],
  // BININT, BININT1, BININT2, LONG1, BINFLOAT
  [0x4a, (input) => input.int32()],
  [0x4b, (input) => input.number(1)],
  [0x4d, (input) => input.number(2)],
  [0x8a, (input) => long(input.bytes(input.number(1)))],
  [0x47, (input) => input.float64()],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x8c, (input) => input.text(input.number(1))],
  [0x58, (input) => input.text(input.number(4))],
  [0x8d, (input) => input.text(input.number(8))],
  // SHORT_BINBYTES, BINBYTES, BINBYTES8
  [0x43, (input) => input.bytes(input.number(1))],
  [0x42, (input) => input.bytes(input.number(4))],
  [0x8e, (input) => input.bytes(input.number(8))],
]);
