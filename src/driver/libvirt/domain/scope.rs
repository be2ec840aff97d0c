//! Which fields of a specification are to be written into a document.

use model::FieldPath;

/// Which fields of a specification are written.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    /// `None` is everything that the specification sets.
    fields: Option<&'a [FieldPath]>,
    prefix: FieldPath,
}

/// What becomes of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit<T> {
    /// It stays as it is.
    Leave,
    /// It gets this value.
    Set(T),
    /// Its declaration is gone: it goes back to libvirt's default.
    Clear,
}

impl<'a> Scope<'a> {
    /// Everything that the specification sets; what it leaves unset stays as it is.
    pub(crate) fn everything() -> Self {
        Self { fields: None, prefix: FieldPath::from("") }
    }

    /// These fields only; one that the specification leaves unset is cleared.
    pub(crate) fn fields(fields: &'a [FieldPath]) -> Self {
        Self { fields: Some(fields), prefix: FieldPath::from("") }
    }

    /// The scope below `key`.
    pub(crate) fn below(&self, key: &str) -> Self {
        Self { fields: self.fields, prefix: self.prefix.child(key) }
    }

    /// Whether anything at or below `key`, or something above it as a whole, is to be written.
    pub(crate) fn touches(&self, key: &str) -> bool {
        let path = self.prefix.child(key);
        self.fields.is_none_or(|fields| {
            fields.iter().any(|field| field.is_within(path.as_str()) || path.is_within(field.as_str()))
        })
    }

    /// Whether it is a list of fields, and not everything.
    pub(crate) const fn is_named(&self) -> bool {
        self.fields.is_some()
    }

    /// Whether one of the fields is `key` itself or lies below it.
    pub(crate) fn names(&self, key: &str) -> bool {
        let path = self.prefix.child(key);
        self.fields.is_some_and(|fields| fields.iter().any(|field| field.is_within(path.as_str())))
    }

    /// Whether the field at `path`, counted from the top, is to be written.
    pub(crate) fn touches_path(&self, path: &FieldPath) -> bool {
        self.fields.is_none_or(|fields| {
            fields.iter().any(|field| path.is_within(field.as_str()) || field.is_within(path.as_str()))
        })
    }

    /// What becomes of the field `key` that the specification gives `value`.
    pub(crate) fn edit<T>(&self, key: &str, value: Option<T>) -> Edit<T> {
        match value {
            Some(value) if self.touches(key) => Edit::Set(value),
            None if self.fields.is_some() && self.touches(key) => Edit::Clear,
            Some(_) | None => Edit::Leave,
        }
    }
}

impl<T> Edit<T> {
    /// Carries the edit out: `set` gets the new value, or `None` where the field is cleared.
    pub(crate) fn apply(self, set: impl FnOnce(Option<T>)) {
        match self {
            Self::Leave => {}
            Self::Set(value) => set(Some(value)),
            Self::Clear => set(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::FieldPath;

    use super::{Edit, Scope};

    #[test]
    fn unset_fields_are_left_alone_unless_they_are_named() {
        let fields = [FieldPath::from("disks.data.cache"), FieldPath::from("disks.old")];
        let data = Scope::fields(&fields).below("disks").below("data");
        assert_eq!(data.edit("cache", None::<&str>), Edit::Clear);
        assert_eq!(data.edit("bus", Some("scsi")), Edit::Leave);
        assert_eq!(Scope::fields(&fields).below("disks").below("old").edit("bus", None::<&str>), Edit::Clear);
        assert_eq!(Scope::everything().edit("title", None::<&str>), Edit::Leave);
        assert_eq!(Scope::everything().edit("title", Some("x")), Edit::Set("x"));
    }
}
