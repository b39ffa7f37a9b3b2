// A list whose members carry their neighbours: adding one and taking one out cost the same however many there are.

/** What a member carries. It is in one chain at a time. */
export interface Chained<T> {
  previous: T | undefined;
  next: T | undefined;
}

/** In the order in which they were added. While they are walked any may be taken out but the one that the walk is at. */
export class Chain<T extends Chained<T>> {
  first: T | undefined;
  last: T | undefined;

  append(member: T): void {
    member.previous = this.last;
    if (this.last === undefined) this.first = member;
    else this.last.next = member;
    this.last = member;
  }

  /** The caller sees to it that the member is in this chain. */
  remove(member: T): void {
    if (member.previous === undefined) this.first = member.next;
    else member.previous.next = member.next;
    if (member.next === undefined) this.last = member.previous;
    else member.next.previous = member.previous;
    member.previous = undefined;
    member.next = undefined;
  }

  toArray(): T[] {
    const members: T[] = [];
    for (let member = this.first; member !== undefined; member = member.next) members.push(member);
    return members;
  }
}
