import Link from "next/link";

export default function NotFound() {
  return (
    <main className="inner-page">
      <h1>There is no such page</h1>
      <p>
        The <Link href="/">live page</Link> is where everything starts.
      </p>
    </main>
  );
}
