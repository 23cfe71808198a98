// Times in long tables carry the moment alone; on hover they say it in words, in the zone of the page.
const zone = document.documentElement.dataset.zone;

document.addEventListener("mouseover", (event) => {
  const time = event.target.closest?.("time:not([title])");
  if (!time) return;
  const how = { dateStyle: "medium", timeStyle: "short", timeZone: zone || undefined };
  time.title = `${new Intl.DateTimeFormat("en-GB", how).format(new Date(time.dateTime))} ${zone ?? ""}`.trim();
});
