/** A set of positive whole numbers in eight bytes each and some room: a Set of a million needs four times as much. */
export class NumberSet {
  /** A power of two of places, at most half of them taken; 0 is an empty one. */
  private places = new Float64Array(1024);
  private size = 0;

  add(value: number): void {
    if (this.has(value)) return;
    if (this.size * 2 >= this.places.length) this.grow();
    this.places[placeOf(this.places, value)] = value;
    this.size += 1;
  }

  has(value: number): boolean {
    return this.places[placeOf(this.places, value)] === value;
  }

  private grow(): void {
    const places = new Float64Array(this.places.length * 2);
    for (const value of this.places) if (value !== 0) places[placeOf(places, value)] = value;
    this.places = places;
  }
}

/** Where the value stands, or the first empty place after where it belongs. */
function placeOf(places: Float64Array, value: number): number {
  let place = value % places.length;
  while (places[place] !== 0 && places[place] !== value) place = (place + 1) % places.length;
  return place;
}
