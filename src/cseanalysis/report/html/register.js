// The table of all figures: rows that hold all the words, of the chosen tier and unit. The address keeps no trace of it.
(function () {
  "use strict";
  var TIER = 6, UNIT = 3;
  var rows = Array.from(document.querySelectorAll("#register tbody tr"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var form = document.getElementById("filter"), found = document.getElementById("found");

  function given(name) { return document.getElementById(name).value; }

  function filter() {
    var words = given("words").toLowerCase().split(/\s+/).filter(Boolean), tier = given("tier"), unit = given("unit"), shown = 0;
    rows.forEach(function (row, place) {
      var fits = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
      fits = fits && (!tier || row.cells[TIER].textContent === tier) && (!unit || row.cells[UNIT].textContent === unit);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    found.textContent = shown + " of " + rows.length + " figures";
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", filter);
  filter();
})();
