// A table that is filtered: rows that hold all the words, and in a column what is chosen. The address keeps no trace of it.
(function () {
  "use strict";
  var rows = Array.from(document.querySelectorAll("#register tbody tr"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var form = document.getElementById("filter"), found = document.getElementById("found");

  var heads = Array.from(document.querySelectorAll("#register thead th")).map(function (head) { return head.textContent; });
  var choices = Array.from(form.querySelectorAll("select")).map(function (select) {
    return { select: select, column: heads.indexOf(select.dataset.column) };
  });

  function filter() {
    var words = document.getElementById("words").value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row, place) {
      var fits = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
      fits = fits && choices.every(function (one) {
        return !one.select.value || row.cells[one.column].textContent === one.select.value;
      });
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    found.textContent = shown + " of " + rows.length + " " + found.dataset.noun;
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", filter);
  filter();
})();
