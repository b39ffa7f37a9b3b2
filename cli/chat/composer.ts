// Makes messages of lines: a line that ends with a backslash goes on, and three quotation marks stand around a text of many lines.

const fence = '"""';

export class Composer {
  #lines: string[] = [];
  #isFenced = false;

  /** True in the middle of a message of several lines. */
  get isOpen(): boolean {
    return this.#isFenced || this.#lines.length > 0;
  }

  /** The message that is complete with this line; undefined where it goes on. */
  take(line: string): string | undefined {
    if (this.#isFenced) {
      if (line.trim() === fence) return this.#whole();
      this.#lines.push(line);
      return undefined;
    }
    if (this.#lines.length === 0 && line.trim() === fence) {
      this.#isFenced = true;
      return undefined;
    }
    if (line.endsWith("\\")) {
      this.#lines.push(line.slice(0, -1));
      return undefined;
    }
    this.#lines.push(line);
    return this.#whole();
  }

  /** What there is where the input ends in the middle of a message. */
  rest(): string | undefined {
    return this.isOpen ? this.#whole() : undefined;
  }

  forget(): void {
    this.#whole();
  }

  #whole(): string {
    const text = this.#lines.join("\n");
    this.#lines = [];
    this.#isFenced = false;
    return text;
  }
}
